#include "reception/screening/screening.hpp"

namespace frontdesk::screening {
namespace {

constexpr int kForbidden = 403;
constexpr int kNotFound = 404;

Decision refuse(int status, std::string reason) { return {false, Destination::reception, status, std::move(reason)}; }

}  // namespace

Decision screen(const CallOffer& offer, const ScreeningRules& rules) {
  if (offer.from_trunk) return {true, Destination::reception, 0, "came through the trunk"};
  const bool local = offer.source.is_loopback();
  const bool listed = rules.direct_caller && rules.direct_caller(offer.source);
  if (!local && !listed)
    return refuse(kForbidden, base::address_text(offer.source) +
                                  " is neither the trunk nor in server.direct_callers");
  if (offer.called == "reception") return {true, Destination::reception, 0, local ? "called from this machine" : "a listed direct caller"};
  const bool test = offer.called == "echo-test" || offer.called == "talk-test";
  if (test && rules.diagnostics && local)
    return {true, offer.called == "echo-test" ? Destination::echo_test : Destination::talk_test, 0, "a test from this machine"};
  if (test && local) return refuse(kNotFound, "test extensions need --diagnostics");
  return refuse(kNotFound, "direct callers reach the extension \"reception\" only");
}

}  // namespace frontdesk::screening
