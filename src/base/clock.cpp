#include "base/clock.hpp"

#include <ctime>

namespace frontdesk::base {

Instant monotonic_now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant{std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec)};
}

UtcTime wall_now() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return UtcTime{static_cast<std::int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000};
}

}  // namespace frontdesk::base
