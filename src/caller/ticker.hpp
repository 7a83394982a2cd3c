// A clock with absolute times (timerfd(2)): a late step is caught up with, and nothing drifts.
#pragma once
#include <cstdint>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::caller {

class Ticker {
 public:
  /// unavailable: no timer.
  static base::Result<Ticker> start(base::Instant first, base::Duration step);
  ~Ticker();
  Ticker(Ticker&& other) noexcept;
  Ticker& operator=(Ticker&&) = delete;

  /// Blocks; how many steps have become due since the last call, at least 1.
  std::uint64_t wait() const;

 private:
  explicit Ticker(int fd) : fd_(fd) {}
  int fd_;
};

/// A receptionist on the same machine may keep every core busy; without this its load would show up as our lateness.
/// Where the system does not allow it, the thread stays as it is.
void ask_for_real_time();

}  // namespace frontdesk::caller
