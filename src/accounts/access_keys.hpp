// The keys that sign access tokens: data keys of the installation, their ids as `kid`.
#pragma once
#include "accounts/credentials/access_token.hpp"
#include "accounts/office.hpp"

namespace frontdesk::accounts {

inline constexpr std::string_view kAudience = "frontdesk";
inline constexpr std::size_t kSigningKeysKept = 2;  ///< the newest signs, the one before is still accepted

base::Result<credentials::SigningKey> signing_key(Office& office, store::Connection& connection, base::UtcTime now);
base::Result<std::vector<credentials::SigningKey>> accepted_keys(Office& office, store::Connection& connection);
/// Rotate no more often than access tokens live.
base::Status rotate_signing_key(Office& office, base::UtcTime now);
credentials::Expected expected_token(const Office& office);

}  // namespace frontdesk::accounts
