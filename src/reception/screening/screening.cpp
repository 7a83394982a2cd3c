#include "reception/screening/screening.hpp"

#include <algorithm>
#include <iterator>

namespace frontdesk::screening {
namespace {

constexpr int kForbidden = 403;
constexpr int kNotFound = 404;

Decision refuse(int status, std::string reason) {
  return {false, Destination::reception, status, std::move(reason)};
}

}  // namespace

bool matches_number(std::string_view pattern, std::string_view number) {
  const auto plain = [](std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) { return c != ' '; });
    return out;
  };
  const auto wanted = plain(pattern);
  if (wanted.ends_with('*')) return plain(number).starts_with(wanted.substr(0, wanted.size() - 1));
  return plain(number) == wanted;
}

Decision screen(const CallOffer& offer, const ScreeningRules& rules) {
  if (offer.from_trunk) return {true, Destination::reception, 0, "came through the trunk"};
  const bool local = offer.source.is_loopback();
  const bool listed = rules.direct_caller && rules.direct_caller(offer.source);
  if (!local && !listed)
    return refuse(kForbidden, base::address_text(offer.source) + " is neither the trunk nor in server.direct_callers");
  if (offer.called == "reception")
    return {true, Destination::reception, 0, local ? "called from this machine" : "a listed direct caller"};
  const bool test = offer.called == "echo-test" || offer.called == "talk-test";
  if (test && rules.diagnostics && local)
    return {true, offer.called == "echo-test" ? Destination::echo_test : Destination::talk_test, 0,
            "a test from this machine"};
  if (test && local) return refuse(kNotFound, "test extensions need --diagnostics");
  return refuse(kNotFound, "direct callers reach the extension \"reception\" only");
}

}  // namespace frontdesk::screening
