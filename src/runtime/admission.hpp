// Whether there is room for one more call, and how many of the calls that got none leave a row in the call log. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace frontdesk::runtime {

/// What a caller hears when every line is taken.
enum class WhenFull {
  unavailable,  ///< 503: the provider may try another way
  busy,         ///< 486: the provider's diversion on busy applies
};

struct Capacity {
  std::size_t max_calls = 20;
  std::size_t priority_reserve = 0;  ///< calls beyond max_calls, for priority callers alone
  double max_tick_lateness_ms = 10;  ///< p99 beyond which new calls are refused, so that running ones stay whole
  WhenFull when_full = WhenFull::unavailable;
};

/// One more for every ten calls, and at least one.
constexpr std::size_t usual_priority_reserve(std::size_t max_calls) {
  return (max_calls + 9) / 10;
}

struct Load {
  bool open = false;  ///< the start has finished
  bool draining = false;
  std::size_t calls = 0;
  double tick_late_p99_ms = 0;
};

struct NoRoom {
  int status = 503;
  std::string phrase;  ///< for the SIP answer
  std::string reason;  ///< for the record
};

/// nullopt: there is room.
std::optional<NoRoom> no_room(const Capacity& capacity, const Load& load, bool priority);

inline constexpr int kRefusedRowsPerMinute = 60;

/// Calls that were turned away come in floods; the log keeps the first of every minute.
class RowAllowance {
 public:
  explicit RowAllowance(int per_minute = kRefusedRowsPerMinute) : per_minute_(per_minute) {}
  bool take(base::Instant now);

 private:
  int per_minute_;
  int taken_ = 0;
  std::optional<base::Instant> minute_;
};

}  // namespace frontdesk::runtime
