#include "fallback/circuit_breaker.hpp"

#include <algorithm>

namespace frontdesk::fallback {

bool CircuitBreaker::allows(base::Instant now) const {
  if (circuit_ == Circuit::closed) return true;
  if (circuit_ == Circuit::open) return now >= until_;
  return now - probe_began_ >= settings_.probe_patience;
}

bool CircuitBreaker::begin(base::Instant now) {
  if (circuit_ == Circuit::closed) return false;
  circuit_ = Circuit::probing;
  probe_began_ = now;
  return true;
}

void CircuitBreaker::worked() {
  circuit_ = Circuit::closed;
  failures_ = 0;
  pause_ = base::Duration{0};
}

void CircuitBreaker::failed(base::Instant now, bool probe, bool hopeless, base::Duration at_least) {
  ++failures_;
  if (circuit_ == Circuit::closed) {
    if (hopeless || at_least > base::Duration{0} || failures_ >= settings_.failures) open(now, at_least);
  } else if (probe) {
    open(now, at_least);
  } else {
    // Sent before the provider was left alone: no news, unless it asks for more time.
    until_ = std::max(until_, now + std::min(at_least, kLongestRetryAfter));
  }
}

void CircuitBreaker::abandoned(bool probe) {
  if (probe && circuit_ == Circuit::probing) circuit_ = Circuit::open;  // the next request finds out
}

void CircuitBreaker::open(base::Instant now, base::Duration at_least) {
  pause_ = pause_ == base::Duration{0} ? settings_.shortest : std::min(pause_ * 2, settings_.longest);
  circuit_ = Circuit::open;
  until_ = now + std::max(pause_, std::min(at_least, kLongestRetryAfter));
}

}  // namespace frontdesk::fallback
