// Keys of providers (the table api_keys): one a service, sealed, with the use that is made of them.
#pragma once
#include "store/table.hpp"

namespace frontdesk::settings {

struct ProviderKey {
  static constexpr std::string_view kTable = "api_keys";
  static constexpr std::string_view kNoun = "key";

  std::string id;  ///< "key_..."
  std::string organisation;
  std::string user;
  std::string service;  ///< unique in the organisation: "openai", "elevenlabs"
  store::Sealed key;
  std::string hint;  ///< the key's last characters, to tell two apart
  std::optional<base::UtcTime> last_used;
  std::int64_t usage_count = 0;
  std::optional<base::UtcTime> rotated_at;
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("user_id", self.user);
    visit("service_name", self.service);
    visit("key_sealed", self.key);
    visit("hint", self.hint);
    visit("last_used", self.last_used);
    visit("usage_count", self.usage_count);
    visit("rotated_at", self.rotated_at);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("version", self.version);
  }
};

class ProviderKeys : public store::Table<ProviderKey> {
 public:
  using Table::Table;
  /// not_found.
  base::Result<ProviderKey> of_service(const std::string& organisation, const std::string& service) const;
  /// Counts `times` uses at once, so that not every call need write. not_found.
  base::Status used(const std::string& organisation, const std::string& id, std::int64_t times, base::UtcTime at);
  /// Another key in its place. not_found.
  base::Status rotate(const std::string& organisation, const std::string& id, const store::Sealed& key,
                      const std::string& hint, base::UtcTime at);
};

}  // namespace frontdesk::settings
