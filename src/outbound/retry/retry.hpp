// What an HTTP answer says about trying again (RFC 9110, sections 10.2.3 and 15), and how long to wait between tries.
#pragma once
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace frontdesk::retry {

inline constexpr base::Duration kLongestRetryAfter = base::seconds(24 * 60 * 60);

/// Of a Retry-After header: seconds, or a date against `now`. Nothing if it is neither; never negative.
std::optional<base::Duration> retry_after(std::string_view value, base::UtcTime now);

/// The error that a status of 300 and more is; detail is the status. 408, 425, 429 and 5xx may be tried later.
/// `who` begins the message: "the storage service".
base::Error error_of_status(int status, std::string_view domain, std::string_view who);

/// Waits that double from `first` to `longest`, each varied by a fifth either way so that many do not come at once.
struct Backoff {
  base::Duration first = base::seconds(1);
  base::Duration longest = base::seconds(60);
  /// After `failures` (from 1) in a row.
  base::Duration wait(int failures, base::Random& random) const;
};

/// `wait` times 0.8 to 1.2.
base::Duration varied(base::Duration wait, base::Random& random);

}  // namespace frontdesk::retry
