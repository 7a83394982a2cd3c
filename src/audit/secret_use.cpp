#include "audit/secret_use.hpp"

namespace frontdesk::audit {

base::Result<base::Secret> use_secret(Log& log, const secrets::SecretStore& store, store::Connection& connection,
                                      const Actor& actor, std::string_view key, std::string_view reason,
                                      base::UtcTime now) {
  base::Result<base::Secret> secret;
  const auto done = log.change(connection, now, [&](Trail& trail) -> base::Status {
    const secrets::Witness witness = [&](const secrets::SecretUse& use) -> base::Status {
      trail.add({actor, "keys.used", use.key, {{"service", "", use.service}, {"reason", "", use.reason}}});
      return {};
    };
    secret = store.use(connection, actor.organisation, key, reason, witness, now);
    if (!secret) return tl::unexpected(secret.error());
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return secret;
}

}  // namespace frontdesk::audit
