#include <gtest/gtest.h>

#include "store/settings/ai_configurations.hpp"
#include "store/settings/configuration_versions.hpp"
#include "store/settings/receptionist_settings.hpp"
#include "store/settings/sip_configurations.hpp"
#include "store/settings/voice_profiles.hpp"
#include "store/test_databases/two_organisations.hpp"

namespace frontdesk::settings {
namespace {

using base::ErrorCode;
using test_databases::code_of;
using test_databases::Kind;

class Settings : public test_databases::TwoOrganisations {
 protected:
  SipConfiguration line(const std::string& id, const std::string& organisation = "org_local") const {
    return {.id = id,
            .organisation = organisation,
            .user = "user_1",
            .name = "Line " + id,
            .provider_name = "CFSMS Switchboard",
            .domain = "sip.example.org",
            .port = 5065,
            .username = "0333'; DROP TABLE calls;--",
            .auth_username = "au",
            .password = {"v1.dk_1.c2VhbGVk"},
            .transport = "TCP",
            .inbound_number = "+443335550100",
            .allowed_numbers = {"*", "+44333*", ""},
            .backup_domain = "b.example.org:5061",
            .outbound_proxy = "p.example.org",
            .registers = false,
            .ca_file = "/etc/ca.pem",
            .verify = false,
            .keep_alive_seconds = 17,
            .srtp = "required",
            .codecs = {"opus", "PCMA"},
            .status = "registered",
            .created_at = kNow,
            .updated_at = later(kNow, 1)};
  }
  Draft draft(const std::string& content) const { return {kOurs, "receptionist:rec_1", content, "user_1", "a note"}; }
};

INSTANTIATE_TEST_SUITE_P(On, Settings, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST_P(Settings, EveryColumnOfALineComesBack) {
  SipConfigurations lines(*connection);
  const auto kept = line("sip_1");
  ASSERT_TRUE(lines.add(kept));
  const auto found = lines.find(kOurs, "sip_1");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(store::values_of_record(*found), store::values_of_record(kept));
  EXPECT_EQ(found->allowed_numbers, kept.allowed_numbers);
  EXPECT_EQ(found->password, kept.password);
}

TEST_P(Settings, NoOrganisationSeesOrTouchesAnothersLine) {
  SipConfigurations lines(*connection);
  ASSERT_TRUE(lines.add(line("sip_1")));
  EXPECT_EQ(code_of(lines.find(kOther, "sip_1")), ErrorCode::not_found);
  EXPECT_EQ(code_of(lines.remove(kOther, "sip_1")), ErrorCode::not_found);
  EXPECT_EQ(code_of(lines.set_status(kOther, "sip_1", "x")), ErrorCode::not_found);
  auto stolen = line("sip_1", kOther);
  EXPECT_EQ(code_of(lines.replace(stolen)), ErrorCode::not_found);
  EXPECT_TRUE(lines.list(kOther, 10)->rows.empty());
  EXPECT_EQ(lines.all()->size(), 1U);
  EXPECT_TRUE(lines.find(kOurs, "sip_1"));
}

TEST_P(Settings, NamesAreUniqueInAnOrganisationAlone) {
  SipConfigurations lines(*connection);
  ASSERT_TRUE(lines.add(line("sip_1")));
  auto twin = line("sip_2");
  twin.name = line("sip_1").name;
  EXPECT_EQ(code_of(lines.add(twin)), ErrorCode::already_exists);
  twin.organisation = kOther;
  EXPECT_TRUE(lines.add(twin));
  twin.organisation = "org_nobody";
  twin.id = "sip_3";
  EXPECT_EQ(code_of(lines.add(twin)), ErrorCode::failed_precondition);
}

TEST_P(Settings, OfTwoWhoEditTheSameTheSecondIsTold) {
  SipConfigurations lines(*connection);
  ASSERT_TRUE(lines.add(line("sip_1")));
  auto first = *lines.find(kOurs, "sip_1");
  auto second = first;
  first.domain = "first.example.org";
  const auto done = lines.replace(first);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->version, 2);
  second.domain = "second.example.org";
  EXPECT_EQ(code_of(lines.replace(second)), ErrorCode::aborted);
  EXPECT_EQ(lines.find(kOurs, "sip_1")->domain, "first.example.org");
  ASSERT_TRUE(lines.set_status(kOurs, "sip_1", "failed")) << "what the registrar says is nobody's edit";
  EXPECT_EQ(lines.find(kOurs, "sip_1")->version, 2);
  ASSERT_TRUE(lines.remove(kOurs, "sip_1"));
  EXPECT_EQ(code_of(lines.replace(*done)), ErrorCode::not_found);
}

TEST_P(Settings, ListsAreInPagesTheNewestFirst) {
  SipConfigurations lines(*connection);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(lines.add(line("sip_" + std::to_string(i))));
  ASSERT_TRUE(lines.add(line("sip_9", kOther)));
  std::vector<std::string> seen;
  std::string after;
  do {
    const auto page = lines.list(kOurs, 2, after);
    ASSERT_TRUE(page);
    for (const auto& row : page->rows) seen.push_back(row.id);
    after = page->next;
  } while (!after.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"sip_4", "sip_3", "sip_2", "sip_1", "sip_0"}));
}

TEST_P(Settings, ModelsStandInForEachOtherInOrder) {
  AiConfigurations models(*connection);
  const auto add = [&](const std::string& id, Purpose purpose, std::int64_t place, bool enabled) {
    return models.add({.id = id,
                       .organisation = kOurs,
                       .purpose = purpose,
                       .place = place,
                       .temperature = 0.7,
                       .enabled = enabled,
                       .created_at = kNow,
                       .updated_at = kNow});
  };
  ASSERT_TRUE(add("ai_1", Purpose::language, 2, true));
  ASSERT_TRUE(add("ai_2", Purpose::language, 0, true));
  ASSERT_TRUE(add("ai_3", Purpose::language, 1, false));
  ASSERT_TRUE(add("ai_4", Purpose::voice, 0, true));
  const auto chain = models.chain(kOurs, Purpose::language);
  ASSERT_TRUE(chain) << chain.error().message;
  ASSERT_EQ(chain->size(), 2U);
  EXPECT_EQ((*chain)[0].id, "ai_2");
  EXPECT_EQ((*chain)[1].id, "ai_1");
  EXPECT_EQ((*chain)[0].temperature, 0.7);
  EXPECT_TRUE(models.chain(kOther, Purpose::language)->empty());
}

TEST_P(Settings, ReceptionistsKeepWhatTheyWereGiven) {
  Receptionists receptionists(*connection);
  const ReceptionistSettings kept{.id = "rec_1",
                                  .organisation = kOurs,
                                  .name = "Anna",
                                  .company = "Hillside",
                                  .greeting = "Hello?",
                                  .language = "en-GB",
                                  .business_hours = "{\"mon\":\"8-12\"}",
                                  .faq_data = "[]",
                                  .routing_rules = "[{}]",
                                  .created_at = kNow,
                                  .updated_at = kNow};
  ASSERT_TRUE(receptionists.add(kept));
  EXPECT_EQ(store::values_of_record(*receptionists.find(kOurs, "rec_1")), store::values_of_record(kept));
}

TEST_P(Settings, AVoiceRestsOnAConsentThatIsNotWithdrawn) {
  VoiceProfiles voices(*connection);
  VoiceConsents consents(*connection);
  ASSERT_TRUE(voices.add({.id = "voice_1", .organisation = kOurs, .voice_name = "Ann", .created_at = kNow}));
  EXPECT_FALSE(voices.find(kOurs, "voice_1")->quality_score);
  EXPECT_EQ(code_of(consents.valid(kOurs, "voice_1")), ErrorCode::not_found);
  ASSERT_TRUE(consents.add({.id = "consent_1",
                            .organisation = kOurs,
                            .voice_profile = "voice_1",
                            .speaker = base::Pii<std::string>("Ann"),
                            .similarity = 0.93,
                            .given_at = kNow}));
  EXPECT_EQ(consents.valid(kOurs, "voice_1")->similarity, 0.93);
  EXPECT_EQ(code_of(consents.valid(kOther, "voice_1")), ErrorCode::not_found);
  EXPECT_FALSE(*consents.withdraw(kOther, "voice_1", kNow));
  EXPECT_TRUE(*consents.withdraw(kOurs, "voice_1", later(kNow, 60)));
  EXPECT_FALSE(*consents.withdraw(kOurs, "voice_1", later(kNow, 61)));
  EXPECT_EQ(code_of(consents.valid(kOurs, "voice_1")), ErrorCode::not_found);
  ASSERT_TRUE(voices.remove(kOurs, "voice_1"));
  EXPECT_EQ(consents.find(kOurs, "consent_1")->withdrawn_at, later(kNow, 60)) << "the proof stays";
}

TEST_P(Settings, SentencesOfAUserAreFewAndPass) {
  VoiceSentences sentences(*connection);
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(sentences.add({"sentence_" + std::to_string(i), kOurs, i == 4 ? "user_2" : "user_1", "Say this.", kNow,
                               later(kNow, 60 * (i + 1))}));
  ASSERT_TRUE(sentences.add({"sentence_9", kOther, "user_1", "Say that.", kNow, later(kNow, 900)}));
  ASSERT_TRUE(sentences.trim(kOurs, "user_1", 2));
  EXPECT_EQ(code_of(sentences.find(kOurs, "sentence_1")), ErrorCode::not_found);
  EXPECT_TRUE(sentences.find(kOurs, "sentence_2"));
  EXPECT_TRUE(sentences.find(kOurs, "sentence_4"));
  EXPECT_TRUE(sentences.find(kOther, "sentence_9"));
  ASSERT_TRUE(sentences.sweep(later(kNow, 180)));
  EXPECT_EQ(code_of(sentences.find(kOurs, "sentence_2")), ErrorCode::not_found);
  EXPECT_TRUE(sentences.find(kOurs, "sentence_3"));
}

TEST_P(Settings, ADraftIsPublishedAndAnEarlierVersionRestored) {
  ConfigurationVersions versions(*connection);
  const std::string subject = "receptionist:rec_1";
  const auto first = versions.save_draft(draft("{\"a\":1}"), 0, kNow);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->number, 1);
  EXPECT_EQ(first->version, 1);
  const auto changed = versions.save_draft(draft("{\"a\":2}"), first->version, later(kNow, 1));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->number, 1);
  EXPECT_EQ(code_of(versions.published(kOurs, subject)), ErrorCode::not_found);
  const auto published = versions.publish(kOurs, subject, changed->version, later(kNow, 2));
  ASSERT_TRUE(published) << published.error().message;
  EXPECT_EQ(versions.published(kOurs, subject)->content, "{\"a\":2}");
  EXPECT_EQ(code_of(versions.draft(kOurs, subject)), ErrorCode::not_found);

  const auto second = versions.save_draft(draft("{\"a\":3}"), 0, later(kNow, 3));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->number, 2);
  EXPECT_EQ(second->based_on, 1);
  ASSERT_TRUE(versions.publish(kOurs, subject, second->version, later(kNow, 4)));
  const auto third = versions.save_draft(draft("{\"a\":4}"), 0, later(kNow, 5));
  const auto restored = versions.restore(kOurs, subject, 1, "user_2", later(kNow, 6));
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->number, 4);
  EXPECT_EQ(restored->based_on, 1);
  EXPECT_EQ(versions.published(kOurs, subject)->content, "{\"a\":2}");
  EXPECT_EQ(versions.published(kOurs, subject)->author, "user_2");
  EXPECT_EQ(versions.draft(kOurs, subject)->content, "{\"a\":4}") << "a draft is not lost by it";
  EXPECT_EQ(versions.version(kOurs, subject, 2)->state, VersionState::superseded);
  EXPECT_EQ(versions.history(kOurs, subject, 10)->size(), 4U);
  EXPECT_EQ(code_of(versions.restore(kOurs, subject, 77, "user_2", kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(versions.restore(kOther, subject, 1, "user_2", kNow)), ErrorCode::not_found);
  EXPECT_EQ(versions.published(kOurs, subject)->number, 4) << "what failed changed nothing";
}

TEST_P(Settings, ADraftThatSomebodyElseChangedIsNotOverwritten) {
  ConfigurationVersions versions(*connection);
  const std::string subject = "receptionist:rec_1";
  EXPECT_EQ(code_of(versions.publish(kOurs, subject, 1, kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(versions.save_draft(draft("{}"), 3, kNow)), ErrorCode::aborted) << "it was published meanwhile";
  ASSERT_TRUE(versions.save_draft(draft("{\"mine\":1}"), 0, kNow));
  EXPECT_EQ(code_of(versions.save_draft(draft("{\"theirs\":1}"), 0, kNow)), ErrorCode::aborted);
  ASSERT_TRUE(versions.save_draft(draft("{\"mine\":2}"), 1, kNow));
  EXPECT_EQ(code_of(versions.save_draft(draft("{\"theirs\":2}"), 1, kNow)), ErrorCode::aborted);
  EXPECT_EQ(code_of(versions.publish(kOurs, subject, 1, kNow)), ErrorCode::aborted);
  EXPECT_EQ(code_of(versions.discard_draft(kOurs, subject, 1)), ErrorCode::aborted);
  EXPECT_EQ(versions.draft(kOurs, subject)->content, "{\"mine\":2}");
  ASSERT_TRUE(versions.discard_draft(kOurs, subject, 2));
  EXPECT_EQ(code_of(versions.draft(kOurs, subject)), ErrorCode::not_found);
}

}  // namespace frontdesk::settings
