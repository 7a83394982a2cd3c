// Data keys: what secrets are sealed with. Each organisation has its own for each purpose, in versions; in the database
// they stand wrapped by the master keys, bound to whom and what for they are. The empty organisation is the
// installation itself. Nothing is cached: another process may rotate.
#pragma once
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

 private:
  base::Result<DataKey> add(store::Connection& connection, std::string_view organisation, std::string_view purpose,
                            std::int64_t version, base::UtcTime now) const;

  std::shared_ptr<const vault::KeyRing> ring_;
};

/// Texts joined so that no two lists of texts join to the same: each with its length before it.
std::string bound(std::initializer_list<std::string_view> texts);

}  // namespace frontdesk::secrets
