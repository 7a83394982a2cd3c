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
  std::string audio_file_url;  ///< the sample's key in the organisation's folder; empty: it was deleted
  std::string machine;         ///< whose disk has the sample; empty: there is one machine
  std::string sample_sha256;
  std::string sample_report;  ///< JSON: what was measured of it
  std::string training_status;
  std::int64_t training_progress = 0;  ///< percent
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
    visit("machine", self.machine);
    visit("sample_sha256", self.sample_sha256);
    visit("sample_report", self.sample_report);
    visit("training_status", self.training_status);
    visit("training_progress", self.training_progress);
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
  std::string relation;       ///< "mine", or "permitted" by the speaker
  std::string phrase;         ///< that the speaker was asked to say
  std::string phrase_sha256;  ///< of the recording of it
  std::string sample_sha256;  ///< of the sound it was given for
  double similarity = 0;      ///< of the phrase's voice to the sample's, 0 to 1; -1: was not checked
  std::optional<double> words_matched;  ///< share of the phrase that was heard in its recording; unset: not checked
  base::UtcTime given_at;
  std::optional<base::UtcTime> withdrawn_at;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("voice_profile", self.voice_profile);
    visit("speaker", self.speaker);
    visit("recorded_by", self.recorded_by);
    visit("relation", self.relation);
    visit("phrase", self.phrase);
    visit("phrase_sha256", self.phrase_sha256);
    visit("sample_sha256", self.sample_sha256);
    visit("similarity", self.similarity);
    visit("words_matched", self.words_matched);
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

/// A sentence that waits to be read aloud: good for one consent of whoever asked for it.
struct VoiceSentence {
  static constexpr std::string_view kTable = "voice_sentences";
  static constexpr std::string_view kNoun = "sentence";

  std::string id;  ///< "sentence_..."
  std::string organisation;
  std::string user;
  std::string sentence;
  base::UtcTime created_at;
  base::UtcTime expires_at;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("user_id", self.user);
    visit("sentence", self.sentence);
    visit("created_at", self.created_at);
    visit("expires_at", self.expires_at);
  }
};

class VoiceSentences : public store::Table<VoiceSentence> {
 public:
  using Table::Table;
  /// Of all organisations, those whose time is over.
  base::Status sweep(base::UtcTime now);
  /// Of one user, all but the newest `keep`.
  base::Status trim(const std::string& organisation, const std::string& user, int keep);
};

}  // namespace frontdesk::settings
