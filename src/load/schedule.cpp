#include "load/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::load {

base::Duration hold_of(const LoadOptions& options) {
  if (options.hold > base::Duration{0}) return options.hold;
  if (options.calls == 0) return kShortCall;
  if (options.rate <= 0) return options.length;
  return base::Duration(std::llround(static_cast<double>(options.calls) / options.rate * 1e9));
}

Schedule::Schedule(const LoadOptions& options)
    : most_(options.calls > 0 ? options.calls : kMaxCalls),
      rate_(options.rate > 0 ? options.rate : kRampRate),
      length_(options.length) {}

std::size_t Schedule::take(base::Duration at, std::size_t up) {
  if (over(at) || at < base::Duration{0}) return 0;
  const auto places = static_cast<std::uint64_t>(base::to_seconds(at) * rate_) + 1;
  const std::uint64_t due = places - std::min(places, used_);
  used_ = std::max(used_, places);
  const std::size_t room = most_ - std::min(most_, up);
  return std::min<std::size_t>(due, room);
}

}  // namespace frontdesk::load
