// One-time tickets for WebSockets: a browser cannot set headers on them, and a token in an address ends up in logs. A
// ticket is good once, for half a minute, for whoever asked for it over an ordinary request, on any machine.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "access/access.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "cluster/ports.hpp"

namespace frontdesk::live {

class Tickets {
 public:
  static constexpr base::Duration kGoodFor = base::seconds(30);
  static constexpr int kMostPerPrincipal = 30;  ///< within kGoodFor

  Tickets(std::shared_ptr<cluster::Cache> cache, std::shared_ptr<cluster::Counters> counters,
          base::Duration good_for = kGoodFor)
      : cache_(std::move(cache)), counters_(std::move(counters)), good_for_(good_for) {}

  /// resource_exhausted: too many were asked for.
  base::Result<std::string> issue(const access::Principal& principal);
  /// Whose it is. unauthenticated: unknown, used or too old.
  base::Result<access::Principal> redeem(const std::string& ticket);

 private:
  const std::shared_ptr<cluster::Cache> cache_;
  const std::shared_ptr<cluster::Counters> counters_;
  const base::Duration good_for_;
};

}  // namespace frontdesk::live
