#include "app/screening_rules.hpp"

#include <algorithm>

namespace frontdesk::app {
namespace {

std::vector<std::string> rules_of(const std::vector<std::string>& patterns, const std::string& country) {
  std::vector<std::string> out;
  for (const auto& pattern : patterns) out.push_back(screening::rule_for(pattern, country));
  return out;
}

}  // namespace

bool contains(const std::vector<config::AddressRange>& ranges, const base::Endpoint& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.contains(address); });
}

screening::Rules screening_rules(const config::Config& config, bool diagnostics) {
  screening::Rules rules;
  rules.reach.direct_caller = [ranges = config.server.direct_callers](const base::Endpoint& source) {
    return contains(ranges, source);
  };
  rules.reach.diagnostics = diagnostics;
  rules.country = config.business.country;
  rules.callers.blocked = rules_of(config.screening.block, rules.country);
  rules.callers.priority = rules_of(config.screening.priority, rules.country);
  rules.callers.refuse_withheld = !config.screening.accept_anonymous;
  rules.callers.refuse_failed = !config.screening.accept_unconfirmed;
  for (const auto& trunk : config.all_trunks) {
    rules.allowed_from[trunk.name] = rules_of(trunk.allowed_from, rules.country);
    rules.lines.push_back(
        {trunk.name, trunk.domain, trunk.username, screening::read_number(trunk.inbound_number, rules.country)});
  }
  return rules;
}

}  // namespace frontdesk::app
