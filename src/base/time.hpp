// Time as values. Pure code receives an Instant with every event; only a shell holds a clock.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace frontdesk::base {

using Duration = std::chrono::nanoseconds;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A point on the process's monotonic clock. It has no now(): it is handed in.
struct Instant {
  Duration since_start{0};

  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  friend constexpr Instant operator+(Instant at, Duration d) { return {at.since_start + d}; }
  friend constexpr Instant operator-(Instant at, Duration d) { return {at.since_start - d}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return a.since_start - b.since_start; }
};

/// Later than every real instant: "no deadline".
inline constexpr Instant kNever{Duration(std::numeric_limits<Duration::rep>::max())};

constexpr std::int64_t to_ms(Duration d) {
  return std::chrono::duration_cast<milliseconds>(d).count();
}
constexpr double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

/// Wall time, UTC, in milliseconds since 1970: for records and for answering "are you open now?".
struct UtcTime {
  std::int64_t unix_ms = 0;
  friend constexpr auto operator<=>(const UtcTime&, const UtcTime&) = default;
};

}  // namespace frontdesk::base
