// Port: deadlines of requests that are with a provider.
#pragma once
#include <cstdint>
#include <functional>

#include "base/time.hpp"

namespace frontdesk::fallback {

/// 0 is "none".
using TimerId = std::uint64_t;

class Timer {
 public:
  virtual ~Timer() = default;
  virtual base::Instant now() const = 0;
  /// Runs `task` once, at `at` or soon after, on the timer's thread: it must not block. 0 when too many are waiting:
  /// the task was not taken.
  [[nodiscard]] virtual TimerId at(base::Instant at, std::function<void()> task) = 0;
  /// Idempotent. The task may be running while this returns; it does not start afterwards.
  virtual void cancel(TimerId id) = 0;
};

}  // namespace frontdesk::fallback
