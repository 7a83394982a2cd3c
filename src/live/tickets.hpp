// One-time tickets for WebSockets: a browser cannot set headers on them, and a token in an address ends up in logs. A
// ticket is good once, for half a minute, for whoever asked for it over an ordinary request.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "access/access.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::live {

class Tickets {
 public:
  static constexpr base::Duration kGoodFor = base::seconds(30);
  static constexpr std::size_t kMaxOpen = 2'000;
  static constexpr std::size_t kMaxOpenPerPrincipal = 20;

  /// resource_exhausted: too many are open.
  base::Result<std::string> issue(const access::Principal& principal, base::Instant now);
  /// Whose it is; nullopt: unknown, used or too old.
  std::optional<access::Principal> redeem(const std::string& ticket, base::Instant now);

 private:
  struct Open {
    access::Principal principal;
    base::Instant until;
  };
  std::mutex mutex_;
  std::map<std::string, Open> open_;  ///< by the ticket's digest, so that looking one up tells nothing by its time
};

}  // namespace frontdesk::live
