#include "voices/voices.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "audio/wav.hpp"
#include "crypto/encoding.hpp"
#include "jobs/worker.hpp"
#include "store/settings/configuration_versions.hpp"
#include "store/test_databases/two_organisations.hpp"
#include "voices/usage.hpp"

namespace frontdesk::voices {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using test_databases::code_of;
using test_databases::Kind;
using Bytes = std::vector<std::uint8_t>;

Bytes speech(double seconds, double amplitude = 8000) {
  constexpr int kRate = 16'000;
  audio::Pcm pcm;
  for (int at = 0; at < static_cast<int>(seconds * kRate); ++at) {
    const bool talks = at % kRate < kRate * 7 / 10;
    pcm.push_back(static_cast<audio::Sample>(talks ? amplitude * std::sin(at * 0.1) : at % 3));
  }
  auto bytes = audio::wav_header(kRate, 1, static_cast<std::uint32_t>(pcm.size() * sizeof(audio::Sample)));
  for (const auto sample : pcm) {
    bytes.push_back(static_cast<std::uint8_t>(sample & 0xff));
    bytes.push_back(static_cast<std::uint8_t>((sample >> 8) & 0xff));
  }
  return bytes;
}

/// A cloning service in memory.
class FakeCloner final : public speech::Cloner {
 public:
  std::string name() const override { return "fake"; }
  base::Result<std::string> clone(const speech::CloneOrder& order, const Progress& progress) override {
    orders.push_back(order);
    if (auto on = progress(50); !on) return tl::unexpected(on.error());
    if (meanwhile) meanwhile();
    if (failure) return tl::unexpected(*failure);
    const auto id = "copy-of-" + order.reference;
    copies.insert(id);
    return id;
  }
  base::Status remove(const std::string&, const std::string& voice) override {
    if (refuses) return base::fail(ErrorCode::unavailable, "fake", "away", base::Retry::later);
    copies.erase(voice);
    return {};
  }
  std::vector<speech::CloneOrder> orders;
  std::set<std::string> copies;
  std::function<void()> meanwhile;
  std::optional<base::Error> failure;
  bool refuses = false;
};

class VoicesTest : public test_databases::TwoOrganisations {
 protected:
  VoicesTest()
      : folder(database.location().folder),
        ring(std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'a')))),
        log(std::move(*audit::Log::open(*connection, secrets::DataKeys(ring), folder / "audit.anchor", kNow))),
        connections(*connection),
        office{connections, *log, hashes, mailer, secrets::SecretBox(secrets::DataKeys(ring)), {}} {
    make({cloner});
  }
  ~VoicesTest() override { EXPECT_TRUE(log->verify(*connection)->findings.empty()); }

  void make(std::vector<std::shared_ptr<speech::Cloner>> cloners) {
    Options options;
    options.folder = folder / "voices";
    options.decoder = {DECODE_SOUND, {}};
    options.recognise = [this](audio::PcmView) -> base::Result<std::string> { return heard; };
    options.cloners = std::move(cloners);
    options.settings_changed = [this]() -> base::Status {
      ++taken_in_force;
      return {};
    };
    voices = std::make_unique<Voices>(office, std::move(options));
  }
  Visitor who(const std::string& organisation = "org_local", const std::string& user = "user_1") const {
    return {organisation, {organisation, user, "", ""}};
  }
  std::string uploaded() {
    const auto voice = voices->upload(who(), "Amy", speech(45), kNow);
    EXPECT_TRUE(voice) << voice.error().message;
    return voice ? voice->profile.id : "";
  }
  base::Result<Voice> consent(const std::string& voice) {
    const auto sentence = voices->sentence(who(), kNow);
    EXPECT_TRUE(sentence) << sentence.error().message;
    heard = sentence->sentence;
    return voices->consent(who(), voice, {true, "Amy Ward", sentence->id}, speech(6), kNow);
  }
  std::string consented() {
    const auto id = uploaded();
    const auto given = consent(id);
    EXPECT_TRUE(given) << given.error().message;
    return id;
  }
  /// All jobs that are due, `seconds` later.
  jobs::Worker::Round work(std::int64_t seconds = 0) {
    auto kinds = voices->jobs();
    kinds.pop_back();  // the sweep is asked for alone
    jobs::Worker worker(pool, std::move(kinds), "test", 1);
    const auto round = worker.round(later(kNow, seconds), [] { return false; });
    EXPECT_TRUE(round) << round.error().message;
    return round.value_or(jobs::Worker::Round());
  }
  std::string trained() {
    const auto id = consented();
    EXPECT_TRUE(voices->train(who(), id, "", kNow));
    EXPECT_EQ(work().done, 1);
    return id;
  }
  Voice voice(const std::string& id) {
    auto found = voices->find(kOurs, id);
    EXPECT_TRUE(found);
    return found ? std::move(*found) : Voice();
  }
  State state(const std::string& id) { return state_of(voice(id).profile.training_status); }
  void publish(const std::string& id) {
    settings::ConfigurationVersions versions(*connection);
    const std::string subject(settings::kReceptionistSubject);
    const auto draft =
        versions.save_draft({kOurs, subject, R"({"voice":{"id":")" + id + "\"}}", "user_1", ""}, 0, kNow);
    ASSERT_TRUE(draft);
    ASSERT_TRUE(versions.publish(kOurs, subject, draft->version, kNow));
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& each : fs::recursive_directory_iterator(folder / "voices"))
      if (each.is_regular_file()) found.push_back(each.path());
    return found;
  }
  std::vector<std::string> actions() {
    std::vector<std::string> names;
    const auto records = log->list(*connection, kOurs, 0, 100);
    for (const auto& each : *records) names.push_back(each.action);
    return names;
  }

  fs::path folder;
  std::shared_ptr<const vault::KeyRing> ring;
  std::unique_ptr<audit::Log> log;
  accounts::OneConnection connections;
  bcrypt::HashWorker hashes{bcrypt::kLeastCost};
  notify::NoMailer mailer;
  accounts::Office office;
  store::Pool pool{[this] { return store::open_connection(database.location(), store::OpenMode::read_write); }};
  std::shared_ptr<FakeCloner> cloner = std::make_shared<FakeCloner>();
  std::string heard;
  int taken_in_force = 0;
  std::unique_ptr<Voices> voices;
};

INSTANTIATE_TEST_SUITE_P(On, VoicesTest, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST_P(VoicesTest, AnUploadIsMeasuredAndSealed) {
  const auto made = voices->upload(who(), "Amy", speech(45), kNow);
  ASSERT_TRUE(made) << made.error().message;
  const auto report = report_of(made->profile.sample_report);
  EXPECT_NEAR(report.seconds, 45, 0.1);
  EXPECT_NEAR(report.speech_seconds, 31.5, 1);
  EXPECT_EQ(report.sample_rate, 16'000);
  EXPECT_EQ(report.verdict, SampleVerdict::good);
  EXPECT_FALSE(made->consent);
  const auto kept = files();
  ASSERT_EQ(kept.size(), 1U);
  std::ifstream in(kept[0], std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  EXPECT_TRUE(bytes.starts_with("FDSEAL01"));
  EXPECT_EQ(bytes.find("RIFF"), std::string::npos);
  EXPECT_EQ(bytes.find("WAVE"), std::string::npos);
  const auto back = voices->recording(kOurs, made->profile.id, kNow);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_NEAR(static_cast<double>(back->size()) / sound_files::kRate, 45, 0.1);
  EXPECT_EQ(actions().front(), "voices.uploaded");
}

TEST_P(VoicesTest, WhatCannotBecomeAVoiceIsRefusedAndLeavesNothing) {
  const std::string text = "this is a letter, not a voice";
  EXPECT_EQ(code_of(voices->upload(who(), "Amy", Bytes(text.begin(), text.end()), kNow)), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(voices->upload(who(), "Amy", {}, kNow)), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(voices->upload(who(), "Amy", speech(9.5), kNow)), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(voices->upload(who(), "Amy", speech(40, 0), kNow)), ErrorCode::invalid_argument) << "silence";
  EXPECT_TRUE(voices->list(kOurs)->empty());
  EXPECT_FALSE(fs::exists(folder / "voices"));
}

TEST_P(VoicesTest, AnotherOrganisationSeesAndTouchesNothing) {
  const auto id = trained();
  const auto other = who(kOther);
  EXPECT_TRUE(voices->list(kOther)->empty());
  EXPECT_EQ(code_of(voices->find(kOther, id)), ErrorCode::not_found);
  EXPECT_EQ(code_of(voices->recording(kOther, id, kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(voices->train(other, id, "", kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(voices->withdraw(other, id, kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(voices->remove(other, id, kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(voices->rename(
                other, id, "Mine", [](const auto&) { return base::Status(); }, kNow)),
            ErrorCode::not_found);
  const auto sentence = voices->sentence(who(), kNow);
  EXPECT_EQ(code_of(voices->consent(other, id, {true, "X", sentence->id}, speech(6), kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(spoken_as(*connection, kOther, id)), ErrorCode::not_found);
  EXPECT_EQ(state(id), State::ready);
}

TEST_P(VoicesTest, AConsentSaysWhoAndWhatWasChecked) {
  const auto id = uploaded();
  const auto given = consent(id);
  ASSERT_TRUE(given) << given.error().message;
  ASSERT_TRUE(given->consent);
  EXPECT_EQ(given->consent->speaker.expose(), "Amy Ward");
  EXPECT_EQ(given->consent->relation, "mine");
  EXPECT_EQ(given->consent->sample_sha256, given->profile.sample_sha256);
  EXPECT_EQ(given->consent->words_matched, 1.0);
  EXPECT_EQ(given->consent->similarity, -1) << "not checked";
  EXPECT_EQ(given->consent->phrase_sha256, crypto::hex(crypto::sha256(std::span<const std::uint8_t>(speech(6)))));
  EXPECT_EQ(files().size(), 1U) << "the recording of the sentence is not kept";
  EXPECT_EQ(actions().front(), "voices.consent_given");
}

TEST_P(VoicesTest, ASentenceIsGoodOnceForWhoeverAskedAndNotForLong) {
  const auto id = uploaded();
  const auto sentence = voices->sentence(who(), kNow);
  heard = sentence->sentence;
  const ConsentOrder order{true, "Amy", sentence->id};
  EXPECT_EQ(code_of(voices->consent(who(kOurs, "user_2"), id, order, speech(6), kNow)), ErrorCode::failed_precondition);
  EXPECT_EQ(code_of(voices->consent(who(), id, order, speech(6), later(kNow, 900))), ErrorCode::failed_precondition);
  ASSERT_TRUE(voices->consent(who(), id, order, speech(6), later(kNow, 899)));
  EXPECT_EQ(code_of(voices->consent(who(), id, order, speech(6), kNow)), ErrorCode::failed_precondition);
  EXPECT_NE(voices->sentence(who(), kNow)->sentence, sentence->sentence);
}

TEST_P(VoicesTest, AnotherSentenceIsNoConsentAndMayBeReadAgain) {
  const auto id = uploaded();
  const auto sentence = voices->sentence(who(), kNow);
  const ConsentOrder order{false, "Amy", sentence->id};
  heard = "thank you for calling, how can I help";
  EXPECT_EQ(code_of(voices->consent(who(), id, order, speech(6), kNow)), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(voices->consent(who(), id, order, speech(1), kNow)), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(voices->consent(who(), id, order, speech(31), kNow)), ErrorCode::invalid_argument);
  EXPECT_FALSE(voice(id).consent);
  heard = sentence->sentence;
  EXPECT_EQ(voices->consent(who(), id, order, speech(6), kNow)->consent->relation, "permitted");
}

TEST_P(VoicesTest, NothingIsTrainedWithoutConsentOrService) {
  const auto id = uploaded();
  const auto without = voices->train(who(), id, "", kNow);
  ASSERT_EQ(code_of(without), ErrorCode::failed_precondition);
  EXPECT_NE(without.error().message.find("consents/sentence"), std::string::npos);
  ASSERT_TRUE(consent(id));
  EXPECT_EQ(code_of(voices->train(who(), id, "another", kNow)), ErrorCode::failed_precondition);
  make({});
  const auto nobody = voices->train(who(), id, "", kNow);
  ASSERT_EQ(code_of(nobody), ErrorCode::failed_precondition);
  EXPECT_NE(nobody.error().message.find("no cloning service"), std::string::npos);
  EXPECT_EQ(state(id), State::uploaded);
}

TEST_P(VoicesTest, ATrainedVoiceIsReadyAndSpoken) {
  const auto id = consented();
  const auto begun = voices->train(who(), id, "fake", kNow);
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(state(id), State::training);
  EXPECT_EQ(code_of(voices->train(who(), id, "", kNow)), ErrorCode::failed_precondition) << "once at a time";
  EXPECT_EQ(code_of(spoken_as(*connection, kOurs, id)), ErrorCode::failed_precondition);
  int seen = -1;
  cloner->meanwhile = [&] { seen = static_cast<int>(voice(id).profile.training_progress); };
  EXPECT_EQ(work().done, 1);
  EXPECT_EQ(seen, 50);
  EXPECT_EQ(state(id), State::ready);
  EXPECT_EQ(voice(id).profile.voice_id, "copy-of-" + id);
  EXPECT_EQ(*spoken_as(*connection, kOurs, id), "fake:copy-of-" + id);
  ASSERT_EQ(cloner->orders.size(), 1U);
  EXPECT_NEAR(static_cast<double>(cloner->orders[0].sample.size()) / cloner->orders[0].rate, 45, 0.1);
  EXPECT_EQ(actions().front(), "voices.trained");
}

TEST_P(VoicesTest, AFailureIsToldAndMayBeTriedAgain) {
  const auto id = consented();
  cloner->failure = base::Error{ErrorCode::invalid_argument, "fake", "too much noise", base::Retry::never};
  ASSERT_TRUE(voices->train(who(), id, "", kNow));
  EXPECT_EQ(work().done, 1);
  EXPECT_EQ(state(id), State::failed);
  EXPECT_EQ(voice(id).profile.training_error, "too much noise");
  cloner->failure.reset();
  ASSERT_TRUE(voices->train(who(), id, "", kNow));
  EXPECT_EQ(work(1).done, 1);
  EXPECT_EQ(state(id), State::ready);
  EXPECT_EQ(voice(id).profile.training_error, "");
}

TEST_P(VoicesTest, AServiceThatIsAwayIsAskedAgainAFewTimes) {
  const auto id = consented();
  cloner->failure = base::Error{ErrorCode::unavailable, "fake", "away", base::Retry::later};
  ASSERT_TRUE(voices->train(who(), id, "", kNow));
  for (int attempt = 1; attempt < kTrainingAttempts; ++attempt) {
    EXPECT_EQ(work(attempt * 7200).failed, 1);
    EXPECT_EQ(state(id), State::training);
  }
  EXPECT_EQ(work(kTrainingAttempts * 7200).done, 1);
  EXPECT_EQ(state(id), State::failed);
  EXPECT_EQ(static_cast<int>(cloner->orders.size()), kTrainingAttempts);
}

TEST_P(VoicesTest, WhoeverChangesTheirMindDuringTheTrainingLeavesNoCopy) {
  const auto id = consented();
  ASSERT_TRUE(voices->train(who(), id, "", kNow));
  cloner->meanwhile = [&] { ASSERT_TRUE(voices->withdraw(who(), id, kNow)); };
  (void)work();
  EXPECT_EQ(cloner->copies.size(), 1U);
  (void)work(1);
  EXPECT_TRUE(cloner->copies.empty());
  EXPECT_EQ(state(id), State::withdrawn);
  EXPECT_TRUE(files().empty());
}

TEST_P(VoicesTest, AVoiceDeletedDuringTheTrainingLeavesNoCopy) {
  const auto id = consented();
  ASSERT_TRUE(voices->train(who(), id, "", kNow));
  cloner->meanwhile = [&] { ASSERT_TRUE(voices->remove(who(), id, kNow)); };
  (void)work();
  (void)work(1);
  EXPECT_TRUE(cloner->copies.empty());
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(code_of(voices->find(kOurs, id)), ErrorCode::not_found);
}

TEST_P(VoicesTest, AWithdrawnConsentEndsTheVoice) {
  const auto id = trained();
  publish(id);
  EXPECT_EQ(*published_problem(*connection, kOurs), "");
  const auto gone = voices->withdraw(who(), id, kNow);
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_FALSE(gone->consent);
  EXPECT_EQ(taken_in_force, 1) << "at once";
  EXPECT_EQ(code_of(spoken_as(*connection, kOurs, id)), ErrorCode::failed_precondition);
  EXPECT_NE(published_problem(*connection, kOurs)->find("no consent"), std::string::npos);
  EXPECT_EQ(work().done, 1);
  EXPECT_EQ(taken_in_force, 2) << "again by the job, in case it was not possible before";
  EXPECT_TRUE(files().empty());
  EXPECT_TRUE(cloner->copies.empty());
  EXPECT_EQ(state(id), State::withdrawn);
  EXPECT_EQ(code_of(voices->recording(kOurs, id, kNow)), ErrorCode::failed_precondition);
  EXPECT_EQ(code_of(voices->withdraw(who(), id, kNow)), ErrorCode::not_found);
  EXPECT_EQ(code_of(voices->train(who(), id, "", kNow)), ErrorCode::failed_precondition);
  EXPECT_EQ(code_of(consent(id)), ErrorCode::failed_precondition) << "there is nothing left to consent to";
  EXPECT_EQ(actions().front(), "voices.erased");
}

TEST_P(VoicesTest, ACopyAtAServiceThatIsAwayIsDeletedLater) {
  const auto id = trained();
  ASSERT_TRUE(voices->remove(who(), id, kNow));
  cloner->refuses = true;
  EXPECT_EQ(work().failed, 1);
  EXPECT_EQ(cloner->copies.size(), 1U);
  EXPECT_TRUE(files().empty()) << "the recording does not wait for it";
  cloner->refuses = false;
  EXPECT_EQ(work(3600).done, 1);
  EXPECT_TRUE(cloner->copies.empty());
}

TEST_P(VoicesTest, TheVoiceOfThePublishedReceptionistIsNotDeleted) {
  const auto id = trained();
  publish(id);
  const auto refused = voices->remove(who(), id, kNow);
  ASSERT_EQ(code_of(refused), ErrorCode::failed_precondition);
  EXPECT_NE(refused.error().message.find("version 1"), std::string::npos) << refused.error().message;
  publish("flite:slt");
  ASSERT_TRUE(voices->remove(who(), id, kNow));
  EXPECT_EQ(work().done, 1);
  EXPECT_TRUE(files().empty());
  EXPECT_TRUE(cloner->copies.empty());
  const auto proofs = connection->run("SELECT COUNT(*) FROM voice_consents WHERE voice_profile = ?", {id});
  EXPECT_EQ(proofs->front().integer(0), 1) << "the proof stays";
}

TEST_P(VoicesTest, RenamingLeavesTheRest) {
  const auto id = trained();
  const auto seen = [](const settings::VoiceProfile&) { return base::Status(); };
  EXPECT_EQ(voices->rename(who(), id, "Amy, slower", seen, kNow)->profile.voice_name, "Amy, slower");
  EXPECT_EQ(state(id), State::ready);
  EXPECT_TRUE(voice(id).consent);
}

TEST_P(VoicesTest, AnInterruptedUploadIsSweptUp) {
  const auto id = uploaded();
  ASSERT_TRUE(connection->write("DELETE FROM voice_profiles WHERE id = ?", {id}));
  const auto kept = uploaded();
  const auto sweep = voices->jobs().back();
  const auto now = base::UtcTime{
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count()};
  ASSERT_TRUE(sweep.work({"job_1", kOurs, "{}", 1, now, {}}));
  EXPECT_EQ(files().size(), 2U) << "it may be an upload that goes on";
  ASSERT_TRUE(sweep.work({"job_1", kOurs, "{}", 1, later(now, 7200), {}}));
  ASSERT_EQ(files().size(), 1U);
  EXPECT_EQ(files()[0].filename(), kept + ".wav");
}

TEST_P(VoicesTest, ARecordingThatWasMovedHereWithABackupIsThisMachines) {
  const auto id = uploaded();
  ASSERT_TRUE(connection->write("UPDATE voice_profiles SET machine = ?", {std::string("machine_gone")}));
  EXPECT_TRUE(voices->recording(kOurs, id, kNow)) << "it lies here all the same";
  ASSERT_TRUE(voices->jobs().back().work({"job_1", kOurs, "{}", 1, {4'000'000'000'000}, {}}));
  EXPECT_EQ(voice(id).profile.machine, "");
  EXPECT_EQ(files().size(), 1U);
  ASSERT_TRUE(connection->write("UPDATE voice_profiles SET machine = ?", {std::string("machine_2")}));
  fs::remove(files()[0]);
  EXPECT_EQ(code_of(voices->recording(kOurs, id, kNow)), ErrorCode::failed_precondition) << "it is on the other";
}

TEST_P(VoicesTest, RecordingsOutliveTheMasterKeyTheyWereSealedUnder) {
  const auto id = uploaded();
  const auto both = std::make_shared<const vault::KeyRing>(
      *vault::KeyRing::from_text(std::string(64, 'a') + "\n" + std::string(64, 'b')));
  EXPECT_GT(*secrets::DataKeys(both).rewrap(*connection), 0);
  const auto fresh = std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'b')));
  accounts::Office later_office{connections, *log, hashes, mailer, secrets::SecretBox(secrets::DataKeys(fresh)), {}};
  Options options;
  options.folder = folder / "voices";
  Voices after(later_office, options);
  EXPECT_TRUE(after.recording(kOurs, id, kNow));
  const auto stranger = std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'c')));
  accounts::Office other_office{connections, *log, hashes, mailer, secrets::SecretBox(secrets::DataKeys(stranger)), {}};
  EXPECT_FALSE(Voices(other_office, options).recording(kOurs, id, kNow));
}

TEST_P(VoicesTest, OneFileIsWorkedOnAtATime) {
  const auto id = uploaded();
  const auto sentence = voices->sentence(who(), kNow);
  std::optional<ErrorCode> beside;
  Options options;
  options.folder = folder / "voices";
  options.decoder = {DECODE_SOUND, {}};
  options.recognise = [&](audio::PcmView) -> base::Result<std::string> {
    std::thread([&] { beside = code_of(voices->upload(who(), "Beside", speech(45), kNow)); }).join();
    return sentence->sentence;
  };
  voices = std::make_unique<Voices>(office, std::move(options));
  EXPECT_TRUE(voices->consent(who(), id, {true, "Amy", sentence->id}, speech(6), kNow));
  EXPECT_EQ(beside, ErrorCode::unavailable);
}

TEST_P(VoicesTest, ThereIsRoomForSoMany) {
  settings::VoiceProfiles profiles(*connection);
  for (std::size_t i = 0; i < kMostVoices; ++i)
    ASSERT_TRUE(profiles.add({.id = "voice_" + std::to_string(i), .organisation = kOurs, .created_at = kNow}));
  EXPECT_EQ(code_of(voices->upload(who(), "One more", speech(45), kNow)), ErrorCode::failed_precondition);
  EXPECT_TRUE(voices->upload(who(kOther), "Theirs", speech(45), kNow));
}

}  // namespace frontdesk::voices
