// Which models an organisation uses, and in which order one stands in for another.
#pragma once
#include <array>

#include "store/table.hpp"

namespace frontdesk::settings {

enum class Purpose { language, recognition, voice, embedding };
inline std::span<const std::string_view> names_of(Purpose) {
  static constexpr std::array<std::string_view, 4> kNames{"language", "recognition", "voice", "embedding"};
  return kNames;
}

struct AiConfiguration {
  static constexpr std::string_view kTable = "ai_configurations";
  static constexpr std::string_view kNoun = "AI configuration";

  std::string id;  ///< "ai_..."
  std::string organisation;
  std::string user;
  Purpose purpose = Purpose::language;
  std::int64_t place = 0;  ///< in the chain of fallbacks
  std::string provider;
  std::string model;
  std::string base_url;   ///< empty: the provider's
  store::Sealed api_key;  ///< empty: the organisation's key for the provider
  double temperature = 0;
  std::int64_t max_tokens = 0;
  std::string system_prompt;
  bool enabled = true;
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("user_id", self.user);
    visit("purpose", self.purpose);
    visit("place", self.place);
    visit("provider", self.provider);
    visit("model", self.model);
    visit("base_url", self.base_url);
    visit("api_key_sealed", self.api_key);
    visit("temperature", self.temperature);
    visit("max_tokens", self.max_tokens);
    visit("system_prompt", self.system_prompt);
    visit("enabled", self.enabled);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("version", self.version);
  }
};

class AiConfigurations : public store::Table<AiConfiguration> {
 public:
  using Table::Table;
  /// The enabled ones, the first choice first.
  base::Result<std::vector<AiConfiguration>> chain(const std::string& organisation, Purpose purpose) const;
};

}  // namespace frontdesk::settings
