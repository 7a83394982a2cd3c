// Using a stored key of another service: the use and its record are one transaction, so that no key leaves the vault
// unseen. Writes to the disk: whoever needs a key for every call keeps it for a while.
#pragma once
#include "audit/log.hpp"
#include "vault/secrets/secret_store.hpp"

namespace frontdesk::audit {

/// The key's id and service are recorded, and why; never the key.
base::Result<base::Secret> use_secret(Log& log, const secrets::SecretStore& store, store::Connection& connection,
                                      const Actor& actor, std::string_view key, std::string_view reason,
                                      base::UtcTime now);

}  // namespace frontdesk::audit
