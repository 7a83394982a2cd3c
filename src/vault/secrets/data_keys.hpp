// Data keys: what secrets are sealed with. Each organisation has its own for each purpose, in versions; in the database
// they stand wrapped by the master keys, bound to whom and what for they are. The empty organisation is the
// installation itself. Nothing is cached: another process may rotate.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "store/sql.hpp"
#include "vault/key_ring.hpp"

namespace frontdesk::secrets {

inline constexpr std::string_view kInstallation;  ///< the organisation of what belongs to none

struct DataKey {
  std::string id;
  vault::Key key;
};

class DataKeys {
 public:
  explicit DataKeys(std::shared_ptr<const vault::KeyRing> ring) : ring_(std::move(ring)) {}

  /// Made on first use.
  base::Result<DataKey> newest(store::Connection& connection, std::string_view organisation, std::string_view purpose,
                               base::UtcTime now) const;
  /// The newest last; empty if there never was one.
  base::Result<std::vector<DataKey>> all(store::Connection& connection, std::string_view organisation,
                                         std::string_view purpose) const;
  /// not_found; data_loss if it is another organisation's or another purpose's.
  base::Result<vault::Key> key(store::Connection& connection, std::string_view id, std::string_view organisation,
                               std::string_view purpose) const;
  /// A further version, the newest from here on.
  base::Result<DataKey> rotate(store::Connection& connection, std::string_view organisation, std::string_view purpose,
                               base::UtcTime now) const;
  /// All but the newest `keep`: what they sealed cannot be opened any more.
  base::Status forget_old(store::Connection& connection, std::string_view organisation, std::string_view purpose,
                          std::size_t keep) const;
  /// Wraps all keys by the newest master key, after it was rotated; how many there were to wrap.
  base::Result<int> rewrap(store::Connection& connection) const;

  struct Rewrapped {
    std::string last;                          ///< id of the last one that was looked at; empty: there were none left
    int done = 0;                              ///< were wrapped by an older key
    int lost = 0;                              ///< their master key is not here, or they were changed
    std::map<std::string, std::int64_t> uses;  ///< by master key: how many it wraps now
  };
  /// The same for at most `limit` of those whose id is greater than `after`, in a transaction of its own. What cannot
  /// be opened is counted and left as it is.
  base::Result<Rewrapped> rewrap_some(store::Connection& connection, const std::string& after, int limit) const;
  /// By master key: how many it wraps.
  static base::Result<std::map<std::string, std::int64_t>> master_keys(store::Connection& connection);

 private:
  base::Result<DataKey> add(store::Connection& connection, std::string_view organisation, std::string_view purpose,
                            std::int64_t version, base::UtcTime now) const;

  base::Status rewrap_row(store::Connection& connection, const store::Row& row, Rewrapped& so_far) const;

  std::shared_ptr<const vault::KeyRing> ring_;
};

/// Texts joined so that no two lists of texts join to the same: each with its length before it.
std::string bound(std::initializer_list<std::string_view> texts);

}  // namespace frontdesk::secrets
