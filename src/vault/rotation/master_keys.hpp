// What is known of master keys by their ids: when they were first seen, how often they were used, what they still wrap.
// Never the keys. From it follows what the owner should do.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "store/sql.hpp"

namespace frontdesk::rotation {

inline constexpr std::chrono::hours kRenewAfter{365 * 24};

/// How many things each master key wraps.
using Counts = std::map<std::string, std::int64_t>;

/// `ids` are in the ring now, the newest last.
base::Status note_ring(store::Connection& connection, const std::vector<std::string>& ids, base::UtcTime now);
base::Status note_removed(store::Connection& connection, const std::string& id, base::UtcTime now);
base::Status add_uses(store::Connection& connection, const Counts& uses, base::UtcTime now);
/// What `machine` found among its files; replaces what it found before. Keys of the ring that wrap nothing are in it.
base::Status note_files(store::Connection& connection, const std::string& machine, const Counts& files,
                        base::UtcTime now);

enum class Advice { none, make_new, wait, take_out, restore };

struct MasterKey {
  std::string id;
  bool here = false;    ///< in this machine's ring
  bool newest = false;  ///< wraps what is new
  base::UtcTime first_seen{};
  std::optional<base::UtcTime> last_used;
  std::int64_t uses = 0;       ///< wrapped or unwrapped something, all machines
  std::int64_t data_keys = 0;  ///< in the database, wrapped by it now
  std::int64_t files = 0;      ///< when they were last counted, and recordings in a bucket, now
  std::optional<base::UtcTime> counted_at;
  std::optional<base::UtcTime> removed_at;
  Advice advice = Advice::none;
};

/// make_new: the newest is older than kRenewAfter. wait: things are still wrapped by it, or not every machine has
/// counted its files since there is a newer one. take_out: nothing needs it. restore: it is needed and not here.
Advice advice(const MasterKey& key, base::UtcTime newest_since, base::UtcTime now);

/// All that are in the ring, or are still needed, or were ever seen; the newest first.
base::Result<std::vector<MasterKey>> known(store::Connection& connection, const std::vector<std::string>& ring,
                                           base::UtcTime now);
/// Files that machines other than `machine` have under each key, as they last counted.
base::Result<Counts> files_elsewhere(store::Connection& connection, const std::string& machine);

}  // namespace frontdesk::rotation
