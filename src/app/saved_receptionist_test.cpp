#include "app/saved_receptionist.hpp"

#include <gtest/gtest.h>

#include "store/settings/configuration_versions.hpp"
#include "store/settings/voice_profiles.hpp"
#include "store/test_databases/two_organisations.hpp"

namespace frontdesk::app {
namespace {

using test_databases::Kind;

class SavedVoice : public test_databases::TwoOrganisations {
 protected:
  SavedVoice() {
    settings::VoiceProfile voice;
    voice.id = kVoice;
    voice.organisation = kOurs;
    voice.provider = "libritts";
    voice.voice_id = "7";
    voice.sample_sha256 = "abc";
    voice.training_status = "ready";
    EXPECT_TRUE(settings::VoiceProfiles(*connection).add(voice));
    settings::VoiceConsent consent;
    consent.id = "consent_1";
    consent.organisation = kOurs;
    consent.voice_profile = kVoice;
    consent.sample_sha256 = "abc";
    EXPECT_TRUE(settings::VoiceConsents(*connection).add(consent));
    settings::ConfigurationVersions versions(*connection);
    const std::string subject(settings::kReceptionistSubject);
    const auto draft = versions.save_draft(
        {kOurs, subject, R"({"greeting":"Hi.","voice":{"id":")" + kVoice + "\"}}", "user_1", ""}, 0, kNow);
    EXPECT_TRUE(draft && versions.publish(kOurs, subject, draft->version, kNow));
  }
  std::string spoken() {
    const auto saved = read_saved_receptionist(*connection);
    EXPECT_TRUE(saved) << saved.error().message;
    config::Config file;
    file.voice.name = "flite:kal";
    const auto config = laid_over(file, *saved);
    EXPECT_EQ(config.business.greeting, "Hi.") << "the rest holds";
    return config.voice.name;
  }
  base::Status set(const std::string& column, const std::string& value) {
    return connection->write("UPDATE voice_profiles SET " + column + " = ?", {value});
  }
  const std::string kVoice = "voice_018f3c6e2b7a7c1e9d40b5a1c2d3e4f5";
};

INSTANTIATE_TEST_SUITE_P(On, SavedVoice, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST_P(SavedVoice, IsSpokenByTheNameThatItsEngineKnows) {
  EXPECT_EQ(spoken(), "libritts:7");
}

TEST_P(SavedVoice, IsNotSpokenAfterTheConsentWasWithdrawn) {
  ASSERT_TRUE(*settings::VoiceConsents(*connection).withdraw(kOurs, kVoice, kNow));
  EXPECT_EQ(spoken(), "flite:kal");
}

TEST_P(SavedVoice, IsNotSpokenIfTheConsentWasForAnotherRecording) {
  ASSERT_TRUE(set("sample_sha256", "def"));
  EXPECT_EQ(spoken(), "flite:kal");
}

TEST_P(SavedVoice, IsNotSpokenBeforeItIsReadyNorWithoutAnEngine) {
  ASSERT_TRUE(set("training_status", "training"));
  EXPECT_EQ(spoken(), "flite:kal");
  ASSERT_TRUE(set("training_status", "ready"));
  ASSERT_TRUE(set("provider", "elsewhere"));
  EXPECT_EQ(spoken(), "flite:kal");
}

TEST_P(SavedVoice, IsNotSpokenAfterItWasDeleted) {
  ASSERT_TRUE(settings::VoiceProfiles(*connection).remove(kOurs, kVoice));
  EXPECT_EQ(spoken(), "flite:kal");
}

}  // namespace frontdesk::app
