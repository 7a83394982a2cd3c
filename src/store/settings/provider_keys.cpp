#include "store/settings/provider_keys.hpp"

namespace frontdesk::settings {

base::Result<ProviderKey> ProviderKeys::of_service(const std::string& organisation, const std::string& service) const {
  return one("organisation = ? AND service_name = ?", {organisation, service});
}

base::Status ProviderKeys::used(const std::string& organisation, const std::string& id, std::int64_t times,
                                base::UtcTime at) {
  const auto done = connection_.write(
      "UPDATE api_keys SET usage_count = usage_count + ?, last_used = CASE WHEN last_used > ? THEN last_used ELSE ? "
      "END "
      "WHERE organisation = ? AND id = ?",
      {times, at.unix_ms, at.unix_ms, organisation, id});
  return changed_one(done, store::no_such(ProviderKey::kNoun));
}

base::Status ProviderKeys::rotate(const std::string& organisation, const std::string& id, const store::Sealed& key,
                                  const std::string& hint, base::UtcTime at) {
  const auto done = connection_.write(
      "UPDATE api_keys SET key_sealed = ?, hint = ?, rotated_at = ?, updated_at = ?, version = version + 1 WHERE "
      "organisation = ? AND id = ?",
      {key.bytes, hint, at.unix_ms, at.unix_ms, organisation, id});
  return changed_one(done, store::no_such(ProviderKey::kNoun));
}

}  // namespace frontdesk::settings
