#include "store/settings/voice_profiles.hpp"

namespace frontdesk::settings {

base::Result<VoiceConsent> VoiceConsents::valid(const std::string& organisation,
                                                const std::string& voice_profile) const {
  return one("organisation = ? AND voice_profile = ? AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 1",
             {organisation, voice_profile});
}

base::Result<bool> VoiceConsents::withdraw(const std::string& organisation, const std::string& voice_profile,
                                           base::UtcTime at) {
  const auto done = connection_.write(
      "UPDATE voice_consents SET withdrawn_at = ? WHERE organisation = ? AND voice_profile = ? AND withdrawn_at IS "
      "NULL",
      {at.unix_ms, organisation, voice_profile});
  if (!done) return tl::unexpected(done.error());
  return connection_.changed() > 0;
}

base::Status VoiceSentences::sweep(base::UtcTime now) {
  return connection_.write("DELETE FROM voice_sentences WHERE expires_at <= ?", {now.unix_ms});
}

base::Status VoiceSentences::trim(const std::string& organisation, const std::string& user, int keep) {
  return connection_.write(
      "DELETE FROM voice_sentences WHERE organisation = ? AND user_id = ? AND id NOT IN (SELECT id FROM voice_sentences "
      "WHERE organisation = ? AND user_id = ? ORDER BY id DESC LIMIT ?)",
      {organisation, user, organisation, user, std::int64_t{keep}});
}

}  // namespace frontdesk::settings
