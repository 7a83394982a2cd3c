#include "runtime/admission.hpp"

namespace frontdesk::runtime {
namespace {

constexpr int kBusyHere = 486;
constexpr int kServiceUnavailable = 503;
constexpr base::Duration kMinute = base::seconds(60);

NoRoom unavailable(std::string reason) {
  return {kServiceUnavailable, "Service Unavailable", std::move(reason)};
}

}  // namespace

std::optional<NoRoom> no_room(const Capacity& capacity, const Load& load, bool priority) {
  if (!load.open) return unavailable("the program was still starting");
  if (load.draining) return unavailable("the program was being stopped");
  const auto limit = capacity.max_calls + (priority ? capacity.priority_reserve : 0);
  if (load.calls >= limit) {
    const std::string reason = "all " + std::to_string(limit) + " lines were taken";
    if (capacity.when_full == WhenFull::busy) return NoRoom{kBusyHere, "Busy Here", reason};
    return unavailable(reason);
  }
  if (load.tick_late_p99_ms > capacity.max_tick_lateness_ms)
    return unavailable("the machine was too busy to take one more call well");
  return std::nullopt;
}

bool RowAllowance::take(base::Instant now) {
  if (!minute_ || now - *minute_ >= kMinute) {
    minute_ = now;
    taken_ = 0;
  }
  if (taken_ >= per_minute_) return false;
  ++taken_;
  return true;
}

}  // namespace frontdesk::runtime
