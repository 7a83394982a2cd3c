// Voices that an organisation has made, and the consents they rest on.
#pragma once
#include "store/table.hpp"

namespace frontdesk::settings {

struct VoiceProfile {
  static constexpr std::string_view kTable = "voice_profiles";
  static constexpr std::string_view kNoun = "voice";

  std::string id;  ///< "voice_..."
  std::string organisation;
  std::string user;
  std::string provider;
  std::string voice_id;  ///< the provider's
  std::string voice_name;
  std::string audio_file_url;
  std::string training_status;
  std::string training_error;
  std::optional<double> quality_score;  ///< 0 to 1
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("user_id", self.user);
    visit("provider", self.provider);
    visit("voice_id", self.voice_id);
    visit("voice_name", self.voice_name);
    visit("audio_file_url", self.audio_file_url);
    visit("training_status", self.training_status);
    visit("training_error", self.training_error);
    visit("quality_score", self.quality_score);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("version", self.version);
  }
};

using VoiceProfiles = store::Table<VoiceProfile>;

struct VoiceConsent {
  static constexpr std::string_view kTable = "voice_consents";
  static constexpr std::string_view kNoun = "consent";

  std::string id;  ///< "consent_..."
  std::string organisation;
  std::string voice_profile;
  base::Pii<std::string> speaker;
  std::string recorded_by;
  std::string phrase;         ///< that the speaker was asked to say
  std::string sample_sha256;  ///< of the sound it was given for
  double similarity = 0;
  base::UtcTime given_at;
  std::optional<base::UtcTime> withdrawn_at;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("voice_profile", self.voice_profile);
    visit("speaker", self.speaker);
    visit("recorded_by", self.recorded_by);
    visit("phrase", self.phrase);
    visit("sample_sha256", self.sample_sha256);
    visit("similarity", self.similarity);
    visit("given_at", self.given_at);
    visit("withdrawn_at", self.withdrawn_at);
  }
};

class VoiceConsents : public store::Table<VoiceConsent> {
 public:
  using Table::Table;
  /// The one that is not withdrawn; not_found: the voice must not be used.
  base::Result<VoiceConsent> valid(const std::string& organisation, const std::string& voice_profile) const;
  /// All of the voice; true if there was one to withdraw.
  base::Result<bool> withdraw(const std::string& organisation, const std::string& voice_profile, base::UtcTime at);
};

}  // namespace frontdesk::settings
