#include "caller/ticker.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace frontdesk::caller {
namespace {

timespec to_timespec(base::Duration d) {
  const auto whole = std::chrono::duration_cast<base::seconds>(d);
  return {.tv_sec = static_cast<time_t>(whole.count()), .tv_nsec = static_cast<long>((d - whole).count())};
}

}  // namespace

base::Result<Ticker> Ticker::start(base::Instant first, base::Duration step) {
  Ticker ticker(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  const itimerspec times{.it_interval = to_timespec(step), .it_value = to_timespec(first.since_start)};
  if (ticker.fd_ < 0 || ::timerfd_settime(ticker.fd_, TFD_TIMER_ABSTIME, &times, nullptr) != 0)
    return base::fail(base::ErrorCode::unavailable, "caller", std::string("no timer: ") + std::strerror(errno));
  return ticker;
}

Ticker::~Ticker() {
  if (fd_ >= 0) ::close(fd_);
}

Ticker::Ticker(Ticker&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

std::uint64_t Ticker::wait() const {
  std::uint64_t expirations = 0;
  while (::read(fd_, &expirations, sizeof expirations) != sizeof expirations) {
  }
  return expirations;
}

void ask_for_real_time() {
  const sched_param lowest{.sched_priority = sched_get_priority_min(SCHED_RR)};
  ::pthread_setschedparam(::pthread_self(), SCHED_RR, &lowest);
}

}  // namespace frontdesk::caller
