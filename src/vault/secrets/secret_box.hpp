// Seals one field of one record. What comes out is text for a column: "v1.<data key>.<nonce, ciphertext, tag>". It
// opens only in the place it was sealed for; moved to another organisation, record or field it is refused.
//
// rotate_organisation() makes a new data key and seals everything again while everything goes on being read.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/protect.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::secrets {

inline constexpr std::string_view kSecretsPurpose = "secrets";
inline constexpr std::size_t kLongestSecret = 16U << 10U;

struct Place {
  std::string_view organisation;
  std::string_view record;
  std::string_view field;  ///< "api_keys.key_encrypted"
};

/// Where sealed fields stand. Names come from code, never from outside.
struct SealedColumn {
  std::string_view table;
  std::string_view column;
  std::string_view record = "id";
  std::string_view organisation = "organisation";  ///< column; empty: what is there belongs to the installation
};

class SecretBox {
 public:
  explicit SecretBox(DataKeys keys) : keys_(std::move(keys)) {}

  base::Result<std::string> seal(store::Connection& connection, const Place& place, const base::Secret& secret,
                                 base::UtcTime now) const;
  /// data_loss: changed, or sealed for another place.
  base::Result<base::Secret> open(store::Connection& connection, const Place& place, std::string_view sealed) const;

  /// Seals again by the newest key what an older one sealed, at most `limit` records; how many were done: 0 = all are.
  base::Result<int> reseal(store::Connection& connection, const SealedColumn& column, std::string_view organisation,
                           int limit, base::UtcTime now) const;

  const DataKeys& keys() const { return keys_; }

 private:
  DataKeys keys_;
};

/// Rotates the key of an organisation's secrets: batch after batch in transactions of its own, so that others get their
/// turn. How many were sealed again. Stopped in between, nothing is lost: run it again. The version before the newest
/// is kept until the next rotation, for what somebody was writing at that moment.
base::Result<int> rotate_organisation(store::Connection& connection, const SecretBox& box,
                                      std::span<const SealedColumn> columns, std::string_view organisation,
                                      base::UtcTime now);

}  // namespace frontdesk::secrets
