#include "reception/screening/verdict.hpp"

#include <algorithm>

#include "reception/messages/message.hpp"
#include "reception/screening/name_address.hpp"

namespace frontdesk::screening {
namespace {

const Line* line_of(const Rules& rules, std::string_view trunk) {
  const auto it = std::find_if(rules.lines.begin(), rules.lines.end(), [&](const Line& l) { return l.trunk == trunk; });
  return it == rules.lines.end() ? nullptr : &*it;
}

std::string user_of(std::string_view name_address) {
  const auto address = parse_name_address(name_address);
  return address ? percent_decoded(address->user).value_or("") : std::string();
}

/// Request-URIs may hold our account, and then the number stands elsewhere or is that of the line.
std::string number_called(const CallRequest& request, const Line* line, const std::string& country) {
  const bool account = line != nullptr && !line->account.empty() && line->account == request.called;
  if (const auto number = account ? "" : read_number(request.called, country); !number.empty()) return number;
  for (const auto& user : {user_of(request.called_party), std::string(request.to)}) {
    if (line != nullptr && user == line->account) continue;
    if (auto number = read_number(user, country); !number.empty()) return number;
  }
  return line != nullptr && !line->number.empty() ? line->number : std::string(request.called);
}

/// One provider may serve several lines from one address.
std::string trunk_called(const Rules& rules, const Line* line, std::string_view trunk, const std::string& called) {
  if (line == nullptr || line->number == called) return std::string(trunk);
  for (const auto& other : rules.lines)
    if (other.server == line->server && !other.number.empty() && other.number == called) return other.trunk;
  return std::string(trunk);
}

CallerRules caller_rules(const Rules& rules, const std::string& trunk) {
  CallerRules callers = rules.callers;
  if (trunk.empty()) callers.allowed = {"*"};
  if (const auto own = rules.allowed_from.find(trunk); own != rules.allowed_from.end()) callers.allowed = own->second;
  return callers;
}

}  // namespace

Verdict judge(const CallRequest& request, const Rules& rules) {
  const bool from_trunk = !request.trunk.empty();
  Verdict out;
  out.decision = screen({request.called, request.source, from_trunk}, rules.reach);
  out.stranger = !from_trunk && !request.source.is_loopback() &&
                 !(rules.reach.direct_caller && rules.reach.direct_caller(request.source));
  if (out.stranger) return out;
  const Line* line = line_of(rules, request.trunk);
  out.called = from_trunk ? number_called(request, line, rules.country) : std::string(request.called);
  out.trunk = trunk_called(rules, line, request.trunk, out.called);
  out.caller = read_identity(request.headers, from_trunk, rules.country);
  out.caller.doubted = request.trunk_asserts && out.caller.source == NumberSource::from;
  if (from_trunk)
    out.statement = judge_passports(request.headers.identity, out.caller.number.expose(), out.called, request.now);
  if (!out.decision.accepted || out.decision.destination != Destination::reception) return out;
  const auto decided = decide(out.caller, caller_rules(rules, out.trunk));
  out.priority = decided.treatment == Treatment::priority;
  if (decided.treatment == Treatment::refused) {
    out.decision = {false, Destination::reception, decided.status, decided.reason};
  } else {
    out.decision.reason += "; " + decided.reason;
  }
  return out;
}

std::string shown_number(const CallerIdentity& caller) {
  if (caller.withheld) return {};
  return caller.number.expose().empty() ? caller.claimed.expose() : caller.number.expose();
}

std::string shown_name(const CallerIdentity& caller) {
  return caller.withheld ? std::string() : caller.name.expose();
}

std::string rule_for(std::string_view pattern, std::string_view country) {
  const bool open = pattern.ends_with('*');
  std::string digits;
  for (const char c : open ? pattern.substr(0, pattern.size() - 1) : pattern)
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  if (!open) {
    const auto number = read_number(digits, country);
    return number.empty() ? digits : number;
  }
  // A beginning is too short to be read as a number.
  const bool american = messages::to_e164("2", country) == "2" && messages::to_e164("2025550100", country)[0] == '+';
  if (american && !digits.empty() && digits[0] >= '1') return (digits[0] == '1' ? "+" : "+1") + digits + "*";
  return messages::to_e164(digits, country) + "*";
}

}  // namespace frontdesk::screening
