// Leaves a provider alone that keeps failing, and finds out when it is back. Pure.
// https://martinfowler.com/bliki/CircuitBreaker.html
#pragma once
#include "base/time.hpp"

namespace frontdesk::fallback {

struct BreakerSettings {
  int failures = 3;  ///< in a row, until it is left alone
  base::Duration shortest = base::seconds(2);
  base::Duration longest = base::seconds(60);         ///< doubled with each failed probe up to this
  base::Duration probe_patience = base::seconds(10);  ///< a probe that says nothing for so long blocks no other
};

/// A provider that asks for more than this is asked again all the same.
inline constexpr base::Duration kLongestRetryAfter = base::seconds(3600);

enum class Circuit { closed, open, probing };

class CircuitBreaker {
 public:
  explicit CircuitBreaker(const BreakerSettings& settings) : settings_(settings) {}

  /// False while the provider is left alone, or one request is finding out whether it is back.
  bool allows(base::Instant now) const;
  /// A request goes to the provider. True if it is the probe: tell its end with that.
  bool begin(base::Instant now);
  void worked();
  /// `hopeless`: no use in trying on (a wrong key); `at_least`: what the provider asked for (Retry-After).
  void failed(base::Instant now, bool probe, bool hopeless, base::Duration at_least);
  /// Nobody waited for the result.
  void abandoned(bool probe);

  Circuit circuit() const { return circuit_; }
  /// When the next request is let through; in the past while closed.
  base::Instant reopens() const { return until_; }

 private:
  void open(base::Instant now, base::Duration at_least);

  BreakerSettings settings_;
  Circuit circuit_ = Circuit::closed;
  int failures_ = 0;
  base::Duration pause_{0};  ///< of the last time it was left alone; 0: it has worked since
  base::Instant until_{};
  base::Instant probe_began_{};
};

}  // namespace frontdesk::fallback
