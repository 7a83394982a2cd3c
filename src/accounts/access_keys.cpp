#include "accounts/access_keys.hpp"

namespace frontdesk::accounts {
namespace {

constexpr std::string_view kPurpose = "access tokens";

credentials::SigningKey key_of(const secrets::DataKey& key) {
  const auto bytes = key.key.expose();
  return {key.id, base::Secret(std::string(bytes.begin(), bytes.end()))};
}

}  // namespace

base::Result<credentials::SigningKey> signing_key(Office& office, store::Connection& connection, base::UtcTime now) {
  const auto key = office.box.keys().newest(connection, secrets::kInstallation, kPurpose, now);
  if (!key) return tl::unexpected(key.error());
  return key_of(*key);
}

base::Result<std::vector<credentials::SigningKey>> accepted_keys(Office& office, store::Connection& connection) {
  const auto all = office.box.keys().all(connection, secrets::kInstallation, kPurpose);
  if (!all) return tl::unexpected(all.error());
  std::vector<credentials::SigningKey> keys;
  for (const auto& each : *all) keys.push_back(key_of(each));
  return keys;
}

base::Status rotate_signing_key(Office& office, base::UtcTime now) {
  return office.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto& keys = office.box.keys();
    const auto made = keys.rotate(connection, secrets::kInstallation, kPurpose, now);
    if (!made) return tl::unexpected(made.error());
    trail.add({{"", "system", "", ""}, "access_tokens.key_rotated", made->id, {}});
    return keys.forget_old(connection, secrets::kInstallation, kPurpose, kSigningKeysKept);
  });
}

credentials::Expected expected_token(const Office& office) {
  return {office.settings.base_url, std::string(kAudience)};
}

}  // namespace frontdesk::accounts
