#include "records/record_keeper.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "audio/wav.hpp"
#include "store/call_log.hpp"
#include "store/test_databases/postgres_server.hpp"
#include "store/test_databases/test_databases.hpp"
#include "vault/secrets/word_box.hpp"

namespace frontdesk::records {
namespace {

class Records : public ::testing::Test {
 protected:
  Records() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-records-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~Records() override { std::filesystem::remove_all(folder); }

  static runtime::CallBegun begun() {
    runtime::CallBegun call;
    call.number = 3;
    call.id = "call_a";
    call.caller = base::Pii<std::string>("+443335550100");
    call.at = {1'760'000'000'000};
    return call;
  }
  static runtime::TurnTaken turn(int index) {
    runtime::TurnTaken taken;
    taken.number = 3;
    taken.turn.index = index;
    taken.turn.speaker = index % 2 == 0 ? call::Speaker::receptionist : call::Speaker::caller;
    taken.turn.text = base::Pii<std::string>("turn " + std::to_string(index));
    taken.started = base::seconds(index);
    taken.ended = base::seconds(index + 1);
    return taken;
  }

  std::filesystem::path folder;
};

}  // namespace

TEST_F(Records, ACallThatWasTurnedAwayIsARowWithItsReason) {
  {
    auto keeper = RecordKeeper::start(folder);
    ASSERT_TRUE(keeper);
    runtime::CallRefused refused{begun(), 433, false};
    refused.call.who.withheld = true;
    refused.call.who.source = screening::NumberSource::asserted;
    refused.call.who.attestation = screening::Attestation::a;
    refused.call.screening = "the caller withholds the number, which this line does not take";
    (*keeper)->refused(refused);
  }
  const auto log = store::CallLog::open(folder);
  ASSERT_TRUE(log);
  const auto call = (*log)->call("call_a");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->status, store::CallStatus::rejected);
  EXPECT_EQ(call->end_class, "screened_out");
  EXPECT_EQ(call->end_reason, "the caller withholds the number, which this line does not take");
  EXPECT_EQ(call->who.sip_status, 433);
  EXPECT_EQ(call->who.source, "asserted");
  EXPECT_EQ(call->who.attestation, "a");
  EXPECT_TRUE(call->ended_at);
  EXPECT_EQ(call->recording, "");
}

TEST_F(Records, WritesWhatACallLeavesBehind) {
  auto keeper = RecordKeeper::start(folder);
  ASSERT_TRUE(keeper);
  (*keeper)->begin(begun());
  (*keeper)->answered(3, {1'760'000'000'100});
  auto reply = turn(0);
  reply.gap = base::milliseconds(412);
  reply.turn.times.endpoint = base::milliseconds(300);
  (*keeper)->turn(reply);
  auto asked = turn(1);
  asked.turn.speculation = {2, 1, 30};
  (*keeper)->turn(asked);
  (*keeper)->sound(3, audio::Pcm(8000, 4));  // before the decision: nothing is written
  (*keeper)->recording_begins(3, 12'000);
  (*keeper)->consent(3, {{call::ConsentOutcome::given, "ask", base::Pii<std::string>("Yes.")}, {1'760'000'000'900}});
  (*keeper)->sound(3, audio::Pcm(8000, 5));
  (*keeper)->sound(3, audio::Pcm(8000, 6));
  (*keeper)->journal(3, "one\n");
  (*keeper)->journal(3, "two\n");
  (*keeper)->message(3, R"({"name":"Ann","number":"0333","reason":"tooth"})", {1'760'000'001'000});
  (*keeper)->message(3, "not json", {1'760'000'002'000});
  runtime::CallClosed closed;
  closed.number = 3;
  closed.answered = true;
  closed.length = base::seconds(7);
  (*keeper)->close(closed);
  keeper->reset();

  const auto log = store::CallLog::open(folder);
  ASSERT_TRUE(log) << log.error().message;
  const auto row = (*log)->call("call_a");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->status, store::CallStatus::answered);
  EXPECT_EQ(row->duration_ms, 7000);
  EXPECT_EQ(row->gap_p50_ms, 412);
  EXPECT_EQ((*log)->turns("call_a")->front().endpoint_ms, 300);
  EXPECT_EQ((*log)->turns("call_a")->front().speculation, std::nullopt) << "it is of the caller's turns";
  EXPECT_EQ((*log)->turns("call_a")->back().speculation, (store::SpeculationRow{2, 1, 30}));
  std::ifstream tape(folder / row->journal);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(tape), {}),
            "#! recording " + row->recording + " caller=left\none\ntwo\n");
  const auto messages = (*log)->messages("call_a");
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ((*messages)[1].name.expose(), "Ann");
  EXPECT_EQ((*messages)[0].reason.expose(), "not json") << "what a model garbled is kept as it came";
  const auto wav = audio::read_wav(folder / row->recording);
  ASSERT_TRUE(wav);
  EXPECT_EQ(wav->channels, 2);
  ASSERT_EQ(wav->frames(), 20'000U) << "what was not recorded is silence, so that times stay right";
  EXPECT_EQ(wav->channel(0)[11'999], 0);
  EXPECT_EQ(wav->channel(0)[12'000], 5);
  EXPECT_EQ(wav->channel(1)[19'999], 6);
  const auto consents = (*log)->consents("call_a");
  ASSERT_TRUE(consents) << consents.error().message;
  ASSERT_EQ(consents->size(), 1U);
  EXPECT_EQ(consents->front().outcome, "given");
  EXPECT_EQ(consents->front().words.expose(), "Yes.");
  EXPECT_EQ(consents->front().at.unix_ms, 1'760'000'000'900);
}

TEST_F(Records, ACallThatMayNotBeRecordedLeavesNoByte) {
  auto keeper = RecordKeeper::start(folder);
  ASSERT_TRUE(keeper);
  (*keeper)->begin(begun());
  (*keeper)->journal(3, "one\n");
  for (int i = 0; i < 10; ++i) (*keeper)->sound(3, audio::Pcm(8000, 5));
  runtime::CallClosed closed;
  closed.number = 3;
  closed.answered = true;
  (*keeper)->close(closed);
  keeper->reset();
  EXPECT_FALSE(std::filesystem::exists(folder / "recordings"));
  const auto log = store::CallLog::open(folder);
  EXPECT_EQ((*log)->call("call_a")->recording, "");
}

TEST_F(Records, KeepsTheMessageOfACallerWhoGaveNoName) {
  auto keeper = RecordKeeper::start(folder);
  ASSERT_TRUE(keeper);
  (*keeper)->begin(begun());
  // As the conversation writes it when there is no model to ask for the name.
  (*keeper)->message(3, R"({"name":"","number":"+443335550100","reason":"Say \"hello\" to Zoë, I am late."})",
                     {1'760'000'003'000});
  (*keeper)->message(3, R"({"name":null,"number":null,"reason":"ring me"})", {1'760'000'002'000});
  (*keeper)->message(3, R"({"reason":"a lost ring"})", {1'760'000'001'000});
  runtime::CallClosed closed;
  closed.number = 3;
  (*keeper)->close(closed);
  keeper->reset();

  const auto log = store::CallLog::open(folder);
  ASSERT_TRUE(log) << log.error().message;
  const auto messages = (*log)->messages("call_a");
  ASSERT_TRUE(messages) << messages.error().message;
  ASSERT_EQ(messages->size(), 3U) << "the newest first";
  for (const auto& message : *messages) {
    EXPECT_EQ(message.name.expose(), "");
    EXPECT_EQ(message.call, "call_a");
    EXPECT_EQ(message.status, "new");
  }
  EXPECT_EQ((*messages)[0].number.expose(), "+443335550100");
  EXPECT_EQ((*messages)[0].reason.expose(), "Say \"hello\" to Zoë, I am late.");
  EXPECT_EQ((*messages)[0].taken_at.unix_ms, 1'760'000'003'000);
  EXPECT_EQ((*messages)[1].reason.expose(), "ring me");
  EXPECT_EQ((*messages)[1].number.expose(), "");
  EXPECT_EQ((*messages)[2].reason.expose(), "a lost ring");
}

TEST_F(Records, AKilledCallIsMarkedAndItsRecordingPlays) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto keeper = RecordKeeper::start(folder);
    (*keeper)->begin(begun());
    (*keeper)->answered(3, {1'760'000'000'100});
    (*keeper)->recording_begins(3, 0);
    for (int i = 0; i < 6; ++i) (*keeper)->sound(3, audio::Pcm(8000, 9));
    (*keeper)->turn(turn(0));
    while ((*keeper)->stats().written < 10) std::this_thread::yield();
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);

  auto keeper = RecordKeeper::start(folder);
  ASSERT_TRUE(keeper);
  EXPECT_EQ((*keeper)->mended(), (std::vector<std::string>{"call_a"}));
  const auto log = store::CallLog::open(folder);
  const auto row = (*log)->call("call_a");
  EXPECT_EQ(row->status, store::CallStatus::interrupted);
  EXPECT_EQ(row->turns, 1);
  EXPECT_EQ(row->duration_ms, 3000);
  const auto wav = audio::read_wav(folder / row->recording);
  ASSERT_TRUE(wav);
  EXPECT_EQ(wav->frames(), 24000U);
}

TEST_F(Records, ASealedRecordingSurvivesAKillAndOldOnesGo) {
  recording::Storage storage{recording::Format::opus,
                             std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, '3')))};
  const pid_t child = fork();
  if (child == 0) {
    auto keeper = RecordKeeper::start(folder, {storage, 0});
    (*keeper)->begin(begun());
    (*keeper)->recording_begins(3, 8000);
    for (int i = 0; i < 6; ++i) (*keeper)->sound(3, audio::Pcm(8000, 900));
    while ((*keeper)->stats().written < 8) std::this_thread::yield();
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  auto keeper = RecordKeeper::start(folder, {storage, 0});
  ASSERT_TRUE(keeper) << keeper.error().message;
  const auto log = store::CallLog::open(folder);
  const auto path = folder / (*log)->call("call_a")->recording;
  EXPECT_TRUE(path.string().ends_with("call_a.ogg.sealed")) << path;
  const auto reader = recording::open_recording(path, storage.keys.get());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_FALSE((*reader)->complete());
  const auto sound = recording::read_sound(**reader);
  ASSERT_TRUE(sound);
  EXPECT_GE(sound->frames(), 31'840U);

  keeper->reset();
  keeper = RecordKeeper::start(folder, {storage, 30'000});
  EXPECT_TRUE(std::filesystem::exists(path)) << "it is not that old";
  keeper->reset();
  keeper = RecordKeeper::start(folder, {storage, 7});
  ASSERT_TRUE(keeper);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ((*log)->call("call_a")->recording, "");
}

TEST_F(Records, RefusesAFolderThatAnotherOneUses) {
  auto first = RecordKeeper::start(folder);
  ASSERT_TRUE(first);
  const auto second = RecordKeeper::start(folder);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::already_exists);
  first->reset();
  EXPECT_TRUE(RecordKeeper::start(folder));
}

TEST_F(Records, RefusesAFolderItCannotUse) {
  const auto file = folder / "file";
  { std::ofstream(file) << "x"; }
  const auto refused = RecordKeeper::start(file / "below");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("data folder"), std::string::npos);
}

/// In any file of the data folder.
bool stands_in_a_file(const std::filesystem::path& folder, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST_F(Records, NothingThatIsSaidStandsInTheClear) {
  const std::string phrase = "marmalade umbrella";
  const base::Pii<std::string> said(phrase);
  const auto keys = std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'a')));
  const auto words = std::make_shared<const secrets::WordBox>(secrets::DataKeys(keys),
                                                              [] { return base::UtcTime{1'760'000'000'000}; });
  {
    RecordKeeperOptions options;
    options.keys = keys;
    options.words = words;
    auto keeper = RecordKeeper::start(folder, options);
    ASSERT_TRUE(keeper) << keeper.error().message;
    (*keeper)->begin(begun());
    auto taken = turn(0);
    taken.turn.text = taken.turn.heard = said;
    (*keeper)->turn(taken);
    (*keeper)->journal(3, "turn caller \"" + phrase + "\"\n");
    (*keeper)->consent(3, {{call::ConsentOutcome::given, "ask", said}, {1'760'000'000'900}});
    (*keeper)->message(3, R"({"name":"Ann","number":"0333","reason":"marmalade umbrella"})", {1'760'000'001'000});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while ((*keeper)->stats().written < 5 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_FALSE(stands_in_a_file(folder, phrase)) << "while the call goes on";
  }
  EXPECT_FALSE(stands_in_a_file(folder, phrase));
  const auto log = store::CallLog::open(folder, words);
  ASSERT_TRUE(log);
  EXPECT_EQ((*log)->turns("call_a")->front().text.expose(), phrase);
  EXPECT_EQ((*log)->turns("call_a")->front().heard.expose(), phrase);
  EXPECT_EQ((*log)->messages("call_a")->front().reason.expose(), phrase);
  EXPECT_EQ((*log)->messages("call_a")->front().name.expose(), "Ann");
  EXPECT_EQ((*log)->consents("call_a")->front().words.expose(), phrase);
  const auto journal = (*log)->call("call_a")->journal;
  EXPECT_TRUE(journal.ends_with("/call_a.tape.sealed")) << journal;
  EXPECT_EQ(*journals::read(folder / journal, keys.get()), "turn caller \"" + phrase + "\"\n");
  EXPECT_EQ((*store::CallLog::open(folder))->turns("call_a").error().code, base::ErrorCode::failed_precondition);
}

TEST_F(Records, ARowThatCannotBeSealedWaits) {
  class NoSeal final : public store::WordSeal {
   public:
    base::Result<std::string> seal(store::Connection&, const Place&, std::string_view) const override {
      return base::fail(base::ErrorCode::not_found, "test", "the key is away");
    }
    base::Result<std::string> open(store::Connection&, const Place&, std::string_view) const override { return {}; }
  };
  {
    RecordKeeperOptions options;
    options.words = std::make_shared<const NoSeal>();
    auto keeper = RecordKeeper::start(folder, options);
    ASSERT_TRUE(keeper);
    (*keeper)->begin(begun());
    (*keeper)->turn(turn(0));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while ((*keeper)->stats().retried == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_EQ((*keeper)->stats().queued, 1U);
  }
  EXPECT_TRUE((*store::CallLog::open(folder))->turns("call_a")->empty());
  ASSERT_TRUE(RecordKeeper::start(folder));
  EXPECT_EQ((*store::CallLog::open(folder))->turns("call_a")->size(), 1U) << "it waited in the file";
}

TEST_F(Records, ASharedDatabaseKeepsTheSame) {
  const test_databases::TestDatabase database(test_databases::Kind::postgres, test_databases::Schema::none);
  {
    auto keeper = RecordKeeper::start(database.location());
    ASSERT_TRUE(keeper) << keeper.error().message;
    (*keeper)->begin(begun());
    (*keeper)->answered(3, {1'760'000'000'100});
    for (int i = 0; i < 5; ++i) (*keeper)->turn(turn(i));
    (*keeper)->consent(3, {{call::ConsentOutcome::given, "ask", base::Pii<std::string>("Yes.")}, {1'760'000'000'900}});
    (*keeper)->message(3, R"({"name":"Ann","number":"0333","reason":"tooth"})", {1'760'000'001'000});
  }
  auto again = RecordKeeper::start(database.location());
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->mended(), std::vector<std::string>{"call_a"}) << "by the machine's name, which stays";
  const auto log = store::CallLog::open(database.location());
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ((*log)->call("call_a")->status, store::CallStatus::interrupted);
  EXPECT_EQ((*log)->call("call_a")->turns, 5);
  EXPECT_EQ((*log)->messages("call_a")->size(), 1U);
}

TEST_F(Records, WaitsForAServerThatIsAwayAndLosesNothing) {
  const test_databases::TestDatabase database(test_databases::Kind::postgres, test_databases::Schema::none);
  auto& server = test_databases::PostgresServer::shared();
  auto keeper = RecordKeeper::start(database.location());
  ASSERT_TRUE(keeper) << keeper.error().message;
  (*keeper)->begin(begun());
  (*keeper)->turn(turn(0));
  server.stop();
  for (int i = 1; i < 50; ++i) (*keeper)->turn(turn(i));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while ((*keeper)->stats().retried < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_GE((*keeper)->stats().retried, 2U);
  server.start();
  keeper->reset();
  const auto log = store::CallLog::open(database.location());
  ASSERT_TRUE(log) << log.error().message;
  const auto turns = (*log)->turns("call_a");
  ASSERT_TRUE(turns);
  ASSERT_EQ(turns->size(), 50U);
  for (std::int64_t i = 0; i < 50; ++i) EXPECT_EQ((*turns)[static_cast<std::size_t>(i)].index, i);
}

TEST_F(Records, WaitsForALockedDatabaseAndLosesNothing) {
  store::Location location(folder);
  location.busy_limit = base::milliseconds(10);
  auto keeper = RecordKeeper::start(location);
  ASSERT_TRUE(keeper);
  auto intruder = store::open_connection(folder, store::OpenMode::read_write);
  ASSERT_TRUE(intruder);
  ASSERT_TRUE((*intruder)->run_script("BEGIN EXCLUSIVE"));
  (*keeper)->begin(begun());
  for (int i = 0; i < 50; ++i) (*keeper)->turn(turn(i));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while ((*keeper)->stats().retried < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_GE((*keeper)->stats().retried, 2U);
  EXPECT_NE((*keeper)->stats().last_error, "");
  EXPECT_EQ((*keeper)->stats().queued, 51U);
  ASSERT_TRUE((*intruder)->run_script("COMMIT"));
  keeper->reset();
  EXPECT_EQ((*store::CallLog::open(folder))->turns("call_a")->size(), 50U);
}

}  // namespace frontdesk::records
