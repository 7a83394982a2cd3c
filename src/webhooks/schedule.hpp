// What follows an attempt to deliver a webhook: nothing, another attempt, or none any more.
#pragma once
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace frontdesk::webhooks {

inline constexpr base::Duration kGiveUpAfter = base::seconds(24 * 60 * 60);  ///< from the first attempt

enum class Fate {
  delivered,
  again,
  dead,  ///< to the dead letters, from where a person may send it again
};

/// How one attempt went.
struct Attempt {
  int status = 0;                             ///< 0: there was no response
  std::optional<base::Error> error;           ///< then this tells why
  std::optional<base::Duration> retry_after;  ///< what the receiver asked for
  base::Duration took{0};
  std::uint64_t response_bytes = 0;  ///< counted; a response's body is kept nowhere
};

struct Verdict {
  Fate fate = Fate::dead;
  base::Duration wait{0};  ///< before the next attempt
  std::string reason;      ///< for the owner: "HTTP 500", "the certificate ... is not accepted"
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// Any 2xx is success. 410 (Gone), an address that must not be connected to and a request that cannot be made end it;
/// everything else is tried again, at first soon and then every few hours, until a day has passed. `attempts` counts
/// this one; `since_first` is the time since the first.
Verdict judge(const Attempt& attempt, int attempts, base::Duration since_first, base::Random& random);

}  // namespace frontdesk::webhooks
