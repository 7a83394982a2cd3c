#include "stub_engines/faults.hpp"

#include <charconv>
#include <cmath>
#include <map>

namespace frontdesk::stub_engines {

std::optional<FaultPlan> parse_fault(std::string_view text) {
  static const std::map<std::string_view, Fault> names = {{"hang", Fault::hang},       {"cut", Fault::cut},
                                                          {"429", Fault::limited},     {"empty", Fault::empty},
                                                          {"garbage", Fault::garbage}, {"slow", Fault::slow}};
  const auto colon = text.find(':');
  const auto found = names.find(text.substr(0, colon));
  if (found == names.end()) return std::nullopt;
  FaultPlan plan{found->second, 1};
  if (colon == std::string_view::npos) return plan;
  const auto rate = text.substr(colon + 1);
  const auto read = std::from_chars(rate.data(), rate.data() + rate.size(), plan.rate);
  if (read.ec != std::errc{} || read.ptr != rate.data() + rate.size()) return std::nullopt;
  if (!(plan.rate >= 0 && plan.rate <= 1)) return std::nullopt;
  return plan;
}

Fault FaultDice::next() {
  const auto before = static_cast<double>(requests_++);
  return std::floor((before + 1) * plan_.rate) > std::floor(before * plan_.rate) ? plan_.fault : Fault::none;
}

base::Error broken_off() {
  return {base::ErrorCode::unavailable, "stub", "the connection broke off", base::Retry::now, 0};
}

base::Error too_many_requests() {
  return {base::ErrorCode::resource_exhausted, "stub", "too many requests: try again later", base::Retry::later,
          kTooManyRequests};
}

}  // namespace frontdesk::stub_engines
