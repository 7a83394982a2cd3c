#include "reception/screening/caller_rules.hpp"

#include <algorithm>

#include "reception/screening/screening.hpp"

namespace frontdesk::screening {
namespace {

constexpr std::size_t kLongestShortNumber = 6;
constexpr int kForbidden = 403;
constexpr int kAnonymityDisallowed = 433;  // RFC 5079
constexpr int kDecline = 603;

bool listed(const std::vector<std::string>& patterns, const std::string& number) {
  return !number.empty() && std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return !pattern.empty() && matches_number(pattern, number);
  });
}

/// Extensions and service numbers have no E.164 form: they are listed as they are dialled.
const std::string& listable(const CallerIdentity& caller) {
  const auto& number = caller.number.expose();
  const auto& claimed = caller.claimed.expose();
  const bool is_short = number.empty() && !claimed.empty() && claimed.size() <= kLongestShortNumber &&
                        claimed.find_first_not_of("0123456789") == std::string::npos;
  return is_short ? claimed : number;
}

CallerDecision refuse(int status, std::string reason) {
  return {Treatment::refused, status, std::move(reason)};
}

}  // namespace

CallerDecision decide(const CallerIdentity& caller, const CallerRules& rules) {
  const auto& number = listable(caller);
  const bool failed = caller.attestation == Attestation::failed;
  const bool proven = !failed && !caller.doubted;
  const std::string doubt = failed ? "the network could not confirm that it is the caller's"
                                   : "the provider, who names callers on this line, did not name this one";
  if (listed(rules.blocked, number)) return refuse(kDecline, "the caller's number is on the block list");
  // A blocked "*" means everybody, also those without a number.
  if (std::find(rules.blocked.begin(), rules.blocked.end(), "*") != rules.blocked.end())
    return refuse(kDecline, "the block list holds everybody");
  if (caller.withheld && rules.refuse_withheld)
    return refuse(kAnonymityDisallowed, "the caller withholds the number, which this line does not take");
  if (failed && rules.refuse_failed)
    return refuse(kForbidden, "the network could not confirm the caller's number, which this line does not take");
  const bool preferred = listed(rules.priority, number);
  if (preferred && proven) return {Treatment::priority, 0, "the caller's number is on the priority list"};
  const bool everybody = std::find(rules.allowed.begin(), rules.allowed.end(), "*") != rules.allowed.end();
  if (everybody && preferred) return {Treatment::normal, 0, "on the priority list, but " + doubt};
  if (everybody) return {Treatment::normal, 0, "everybody may call"};
  if (!listed(rules.allowed, number) && !preferred)
    return refuse(kForbidden, number.empty() ? "no number came with the call, and only listed numbers may call"
                                             : "the caller's number matches no rule of who may call");
  if (!proven) return refuse(kForbidden, "the number is listed, but " + doubt);
  return {Treatment::normal, 0, "the caller's number is on the list of who may call"};
}

}  // namespace frontdesk::screening
