// What queues in the database share: work is taken with a lease, given back when it fails, and given up as dead when it
// has failed too often. A worker that dies loses its lease, and another takes the work again; so work must bear being
// done twice.
#pragma once
#include <array>
#include <string>

#include "store/table.hpp"

namespace frontdesk::work {

enum class State { waiting, running, done, dead };
inline std::span<const std::string_view> names_of(State) {
  static constexpr std::array<std::string_view, 4> kNames{"waiting", "running", "done", "dead"};
  return kNames;
}

inline constexpr base::Duration kFirstDelay = base::seconds(5);
inline constexpr base::Duration kLongestDelay = base::seconds(3600);

/// How long to wait after `attempts` failures: 5 s, doubled each time, at most an hour; 20 attempts span half a day,
/// 32 a day. `spread`, 0 to 1, takes up to a tenth off, so that what failed together does not come back together.
base::Duration back_off(std::int64_t attempts, double spread);

/// Whoever holds it may say how the work went. Each time the work is taken, `attempt` is another: a worker that was
/// given up for dead cannot end what somebody else has taken over.
struct Lease {
  std::string id;  ///< of the row
  std::int64_t attempt = 0;
};

struct Claim {
  std::string worker;
  int limit = 1;  ///< rows at most
  base::UtcTime now;
  base::Duration lease = base::seconds(60);
};

/// Marks up to claim.limit due rows of `table` as running and returns `columns` of them, the oldest first. Several
/// claimants neither wait for each other nor get the same row. `condition` and its values narrow what is taken.
base::Result<store::Rows> take_due(store::Connection& connection, std::string_view table, const std::string& columns,
                                   const std::string& condition, std::vector<store::Value> values, const Claim& claim);

/// aborted if the lease is over.
base::Status extend(store::Connection& connection, std::string_view table, const Lease& lease, base::UtcTime until);
base::Status finish(store::Connection& connection, std::string_view table, const Lease& lease, base::UtcTime now);
/// Due again at `next`, or dead after the last attempt; true if it is dead.
base::Result<bool> give_back(store::Connection& connection, std::string_view table, const Lease& lease,
                             const std::string& error, base::UtcTime next, base::UtcTime now);
/// Dead at once: trying again cannot help.
base::Status give_up(store::Connection& connection, std::string_view table, const Lease& lease,
                     const std::string& error, base::UtcTime now);
/// A dead row is due again, with all its attempts. not_found if there is no dead one.
base::Status revive(store::Connection& connection, std::string_view table, const std::string& organisation,
                    const std::string& id, base::UtcTime now);
/// Removes up to a thousand rows that ended before; how many.
base::Result<std::int64_t> forget_ended(store::Connection& connection, std::string_view table, State state,
                                        base::UtcTime before);

}  // namespace frontdesk::work
