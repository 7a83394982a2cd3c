// The timer as one thread, shared by everything in the process that waits for a deadline.
#pragma once
#include <cstddef>
#include <memory>

#include "fallback/timer.hpp"

namespace frontdesk::fallback {

inline constexpr std::size_t kMaxTimers = 16384;  ///< waiting at once

class TimerThread final : public Timer {
 public:
  TimerThread();
  /// Waiting tasks are dropped; one that runs is waited for.
  ~TimerThread() override;
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;

  /// CLOCK_MONOTONIC.
  base::Instant now() const override;
  TimerId at(base::Instant at, std::function<void()> task) override;
  void cancel(TimerId id) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::fallback
