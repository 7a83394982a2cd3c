// How fast passwords may be guessed. Failures are counted for an account from an address, and for an address over all
// accounts; unknown accounts count like known ones, so that the count tells nobody which exist.
#pragma once
#include <string>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace frontdesk::credentials {

using std::chrono::hours;
using std::chrono::minutes;

struct LockOutRule {
  int delay_from;  ///< failures from which on the next try must wait, twice as long each time
  int lock_from;   ///< failures from which on nothing is tried for `lock`
  base::Duration first_delay;
  base::Duration lock;
};

inline constexpr LockOutRule kPerAccount{5, 10, base::seconds(2), minutes(15)};
inline constexpr LockOutRule kPerAddress{30, 50, base::seconds(1), minutes(15)};
inline constexpr base::Duration kFailuresForgotten = hours(24);

struct Failures {
  int count = 0;
  base::UtcTime last{};
};

/// From when on the next try is looked at; not later than `now`: at once.
base::UtcTime next_try(const Failures& failures, const LockOutRule& rule);

/// `failures` after one more at `now`.
Failures one_more(const Failures& failures, base::UtcTime now);

/// Whose failures count together: an IPv4 address, or the 64 bits of an IPv6 network that one customer has.
std::string source_of(const base::Endpoint& address);

}  // namespace frontdesk::credentials
