#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "store/call_log.hpp"
#include "store/call_writer.hpp"
#include "store/migrations.hpp"
#include "store/sqlite_connection.hpp"
#include "store/test_databases/test_databases.hpp"

namespace frontdesk::store {
namespace {

struct SampleRows {
  static CallRow call(int number, std::int64_t started) {
    CallRow row;
    row.id = "call_" + std::to_string(number);
    row.caller = base::Pii<std::string>("+4433355501" + std::to_string(number));
    row.caller_name = base::Pii<std::string>("Zoë 100%_");
    row.started_at = {started};
    return row;
  }
  static TurnRow turn(const std::string& call, std::int64_t index, std::optional<std::int64_t> gap) {
    TurnRow row;
    row.call = call;
    row.index = index;
    row.speaker = gap ? TurnSpeaker::receptionist : TurnSpeaker::caller;
    row.text = base::Pii<std::string>("what's on? '\"; DROP TABLE calls;--");
    row.ended_ms = 1000 * (index + 1);
    row.confidence = 0.5;
    row.sources = {"hours", "faq:parking"};
    row.gap_ms = gap;
    if (!gap) row.speculation = SpeculationRow{3, 2, 41};
    return row;
  }
};

/// What is SQLite's alone: its file.
class Store : public ::testing::Test, protected SampleRows {
 protected:
  Store() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-store-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~Store() override { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
};

/// What must hold on both.
class CallStore : public ::testing::TestWithParam<test_databases::Kind>, protected SampleRows {
 protected:
  std::unique_ptr<CallLog> log() {
    auto opened = CallLog::open(database.location());
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  test_databases::TestDatabase database{GetParam()};
  std::unique_ptr<Connection> connection = database.open();
};
INSTANTIATE_TEST_SUITE_P(On, CallStore, ::testing::Values(test_databases::Kind::sqlite, test_databases::Kind::postgres),
                         test_databases::KindName());

}  // namespace

TEST_P(CallStore, KeepsWhoCalledAndHowItSounded) {
  CallWriter writer(*connection);
  auto row = call(1, 5);
  row.who = {"asserted", "b", "a signed statement", true, true, base::Pii<std::string>("+443335550100"), true, {}};
  row.receptionist = 7;
  ASSERT_TRUE(writer.begin(row));
  row.status = CallStatus::answered;
  row.quality = {4.25, 31, "opus", 40, "dtls", 1000, 900, 17, 12.5};
  ASSERT_TRUE(writer.finish(row));
  auto turned_away = call(2, 6);
  turned_away.status = CallStatus::rejected;
  turned_away.end_reason = "the caller's number is on the block list";
  turned_away.who.sip_status = 603;
  ASSERT_TRUE(writer.begin(turned_away));

  const auto calls = log();
  const auto kept = calls->call("call_1");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->who.source, "asserted");
  EXPECT_EQ(kept->who.attestation, "b");
  EXPECT_EQ(kept->who.statement, "a signed statement");
  EXPECT_TRUE(kept->who.withheld && kept->who.diverted && kept->who.priority);
  EXPECT_EQ(kept->who.diverted_by.expose(), "+443335550100");
  EXPECT_FALSE(kept->who.sip_status);
  EXPECT_EQ(kept->receptionist, 7);
  EXPECT_EQ(kept->quality.mean_opinion_score, 4.25);
  EXPECT_EQ(kept->quality.round_trip_ms, 31);
  EXPECT_EQ(kept->quality.codec, "opus");
  EXPECT_EQ(kept->quality.packet_ms, 40);
  EXPECT_EQ(kept->quality.srtp, "dtls");
  EXPECT_EQ(kept->quality.packets_in, 1000);
  EXPECT_EQ(kept->quality.packets_out, 900);
  EXPECT_EQ(kept->quality.packets_lost, 17);
  EXPECT_EQ(kept->quality.jitter_max_ms, 12.5);
  CallFilter rejected;
  rejected.status = CallStatus::rejected;
  const auto page = calls->list(rejected, 10);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->calls.size(), 1U);
  EXPECT_EQ(page->calls[0].who.sip_status, 603);
  EXPECT_FALSE(page->calls[0].quality.mean_opinion_score);
}

TEST_F(Store, KeepsTheTurnsOfAnEarlierVersion) {
  std::filesystem::create_directories(folder);
  {
    auto old = open_sqlite(folder / kDatabaseFile, OpenMode::read_write);
    ASSERT_TRUE(old);
    ASSERT_TRUE(
        (*old)->run_script("CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);"
                           "INSERT INTO schema_migrations VALUES (1, 'call log');"));
    ASSERT_TRUE((*old)->run_script(migrations().front().script));
    ASSERT_TRUE((*old)->run_script(
        "INSERT INTO calls VALUES ('call_1', 'org_local', '', '', '', '', '', 'answered', '', '', '', 1, 2, 3, 4, 0, "
        "1, "
        "NULL, NULL, 0, 0, '', '');"
        "INSERT INTO call_turns VALUES ('call_1', 0, 'caller', 'Hello', '', 0, 0, 9, 0.5, '', 1, 2, 3, 4, 5, 6);"));
  }
  ASSERT_TRUE(open_database(folder));
  const auto log = CallLog::open(folder);
  const auto turns = (*log)->turns("call_1");
  ASSERT_TRUE(turns);
  EXPECT_EQ(turns->front().gap_ms, 6);
  EXPECT_EQ(turns->front().speculation, std::nullopt) << "nobody counted then";
}

TEST_F(Store, SaysWhenTheFileIsNoDatabase) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / kDatabaseFile) << std::string(4096, 'x');
  const auto refused = open_database(folder);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::data_loss);
}

TEST_P(CallStore, KeepsACallWithItsTurnsAndMessages) {
  CallWriter writer(*connection);
  ASSERT_TRUE(writer.begin(call(1, 1000)));
  ASSERT_TRUE(writer.answered("call_1", {1200}));
  ASSERT_TRUE(writer.add_turn(turn("call_1", 0, std::nullopt)));
  ASSERT_TRUE(writer.add_turn(turn("call_1", 1, 420)));
  ASSERT_TRUE(writer.add_turn(turn("call_1", 2, 380)));
  EXPECT_FALSE(writer.add_turn(turn("call_1", 2, 380))) << "the same turn twice";
  MessageRow message;
  message.id = "msg_1";
  message.call = "call_1";
  message.reason = base::Pii<std::string>("<b>toothache</b>");
  ASSERT_TRUE(writer.add_message(message));
  auto ended = call(1, 1000);
  ended.status = CallStatus::answered;
  ended.ended_at = base::UtcTime{9000};
  ended.duration_ms = 7800;
  ASSERT_TRUE(writer.finish(ended));
  EXPECT_FALSE(writer.finish(ended)) << "a call ends once";
  EXPECT_FALSE(writer.heartbeat("call_9", 1)) << "there is no such call";

  const auto calls = log();
  const auto row = calls->call("last");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->id, "call_1");
  EXPECT_EQ(row->status, CallStatus::answered);
  EXPECT_EQ(row->turns, 3);
  EXPECT_EQ(row->gap_p50_ms, 380);
  EXPECT_EQ(row->gap_p95_ms, 420);
  EXPECT_DOUBLE_EQ(row->ai_confidence, 0.5);
  EXPECT_EQ(row->answered_at->unix_ms, 1200);
  const auto turns = calls->turns("call_1");
  ASSERT_EQ(turns->size(), 3U);
  EXPECT_EQ((*turns)[1].text.expose(), "what's on? '\"; DROP TABLE calls;--");
  EXPECT_EQ((*turns)[0].speculation, (SpeculationRow{3, 2, 41}));
  EXPECT_EQ((*turns)[1].speculation, std::nullopt);
  EXPECT_EQ((*turns)[1].sources, (std::vector<std::string>{"hours", "faq:parking"}));
  EXPECT_EQ(calls->messages("call_1")->front().reason.expose(), "<b>toothache</b>");
  EXPECT_FALSE(calls->call("call_2"));
}

TEST_P(CallStore, MessagesComeInPagesAreMarkedAndDeleted) {
  CallWriter writer(*connection);
  ASSERT_TRUE(writer.begin(call(1, 5)));
  for (int i = 0; i < 5; ++i) {
    MessageRow message;
    message.id = "msg_" + std::to_string(i);
    message.call = "call_1";
    message.taken_at = {i < 4 ? 7 : 3};  // four at the same moment: their ids decide
    ASSERT_TRUE(writer.add_message(message));
  }
  std::vector<std::string> seen, after;
  do {
    const auto page = list_messages(*connection, nullptr, {}, 2, after);
    ASSERT_TRUE(page);
    for (const auto& each : page->messages) seen.push_back(each.id);
    after = page->next;
  } while (!after.empty() && seen.size() < 9);
  EXPECT_EQ(seen, (std::vector<std::string>{"msg_3", "msg_2", "msg_1", "msg_0", "msg_4"}));
  const std::string own(kLocalOrganisation);
  ASSERT_TRUE(set_message_status(*connection, own, "msg_2", "done"));
  EXPECT_EQ(set_message_status(*connection, "org_2", "msg_2", "new").error().code, base::ErrorCode::not_found);
  EXPECT_EQ(remove_message(*connection, "org_2", "msg_2").error().code, base::ErrorCode::not_found);
  EXPECT_EQ(list_messages(*connection, nullptr, {own, "", "done"}, 9, {})->messages.size(), 1U);
  EXPECT_EQ(list_messages(*connection, nullptr, {own, "call_2", ""}, 9, {})->messages.size(), 0U);
  ASSERT_TRUE(remove_message(*connection, own, "msg_2"));
  EXPECT_EQ(find_message(*connection, nullptr, own, "msg_2").error().code, base::ErrorCode::not_found);
}

TEST_P(CallStore, ConsentsKeepTheirOrder) {
  CallWriter writer(*connection);
  ASSERT_TRUE(writer.begin(call(1, 5)));
  for (const char* outcome : {"unanswered", "refused", "given"})
    ASSERT_TRUE(writer.add_consent({"call_1", {7}, "ask", outcome, base::Pii<std::string>("yes?")}));
  const auto consents = log()->consents("call_1");
  ASSERT_TRUE(consents) << consents.error().message;
  ASSERT_EQ(consents->size(), 3U);
  EXPECT_EQ((*consents)[0].outcome, "unanswered");
  EXPECT_EQ((*consents)[2].outcome, "given");
}

TEST_P(CallStore, ARestartClosesTheCallsOfItsOwnMachineAlone) {
  CallWriter mine(*connection, "machine_a");
  CallWriter other(*connection, "machine_b");
  ASSERT_TRUE(mine.begin(call(1, 5)));
  ASSERT_TRUE(other.begin(call(2, 6)));
  const auto closed = mine.close_interrupted();
  ASSERT_TRUE(closed) << closed.error().message;
  ASSERT_EQ(closed->size(), 1U);
  EXPECT_EQ(closed->front().id, "call_1");
  EXPECT_EQ(log()->call("call_2")->status, CallStatus::in_progress);
  EXPECT_EQ(log()->call("call_2")->machine, "machine_b");
}

TEST_P(CallStore, NoOrganisationSeesAnothersCalls) {
  CallWriter writer(*connection);
  ASSERT_TRUE(connection->write("INSERT INTO organisations (id, name, created_at) VALUES ('org_b', 'B', 0)"));
  auto theirs = call(1, 5);
  theirs.organisation = "org_b";
  ASSERT_TRUE(writer.begin(theirs));
  MessageRow message;
  message.id = "msg_1";
  message.call = "call_1";
  message.organisation = "org_b";
  ASSERT_TRUE(writer.add_message(message));
  const auto calls = log();
  EXPECT_TRUE(calls->list({}, 10)->calls.empty());
  EXPECT_EQ(calls->list({.organisation = "org_b"}, 10)->calls.size(), 1U);
  EXPECT_FALSE(calls->call("call_1"));
  EXPECT_FALSE(calls->call("last"));
  EXPECT_TRUE(calls->call("call_1", "org_b"));
  EXPECT_TRUE(calls->messages("call_1")->empty());
  EXPECT_EQ(calls->messages("call_1", 10, "org_b")->size(), 1U);
}

TEST_P(CallStore, OnlyOldRecordingsAreForgotten) {
  CallWriter writer(*connection);
  for (int i = 0; i < 3; ++i) {
    auto row = call(i, i);
    ASSERT_TRUE(writer.begin(row));
    row.recording = i == 1 ? "" : "recordings/" + std::to_string(i);
    row.ended_at = base::UtcTime{100 * (i + 1)};
    row.status = CallStatus::answered;
    ASSERT_TRUE(writer.finish(row));
  }
  const auto old = writer.recordings_before({300});
  ASSERT_TRUE(old) << old.error().message;
  ASSERT_EQ(old->size(), 1U);
  EXPECT_EQ(old->front().second, "recordings/0");
  ASSERT_TRUE(writer.recording_forgotten("call_0"));
  EXPECT_TRUE(writer.recordings_before({300})->empty());
}

TEST_P(CallStore, TakesAnyNameACallerSends) {
  CallWriter writer(*connection);
  auto row = call(1, 5);
  row.caller_name = base::Pii<std::string>(std::string(20'000, 'x') + std::string("\0\xFF", 2));
  ASSERT_TRUE(writer.begin(row));
  EXPECT_EQ(log()->list({.caller = "XXX"}, 5)->calls.size(), 1U);
}

TEST_P(CallStore, PagesAndFiltersNewestFirst) {
  CallWriter writer(*connection);
  for (int i = 0; i < 9; ++i) {
    auto row = call(i, 1000 + i / 2);  // pairs share a time
    row.duration_ms = i * 1000;
    row.status = i % 2 == 0 ? CallStatus::answered : CallStatus::failed;
    ASSERT_TRUE(writer.begin(row));
  }
  const auto calls = log();
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const auto page = calls->list({}, 4, cursor);
    ASSERT_TRUE(page);
    for (const auto& row : page->calls) seen.push_back(row.id);
    cursor = page->next;
  } while (!cursor.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"call_8", "call_7", "call_6", "call_5", "call_4", "call_3", "call_2",
                                            "call_1", "call_0"}));
  EXPECT_EQ(calls->list({.status = CallStatus::failed}, 50)->calls.size(), 4U);
  EXPECT_EQ(calls->list({.min_duration_ms = 3000, .max_duration_ms = 5000}, 50)->calls.size(), 3U);
  EXPECT_EQ(calls->list({.from = base::UtcTime{1002}, .to = base::UtcTime{1003}}, 50)->calls.size(), 2U);
  EXPECT_EQ(calls->list({.max_confidence = 1.0}, 50)->calls.size(), 0U) << "none was rated";
  EXPECT_EQ(calls->list({.caller = "55013"}, 50)->calls.size(), 1U);
  EXPECT_EQ(calls->list({.caller = "100%_"}, 50)->calls.size(), 9U);
  EXPECT_EQ(calls->list({.caller = "5%0"}, 50)->calls.size(), 0U);
  EXPECT_FALSE(calls->list({}, 4, "nonsense"));
}

/// A process that writes calls and turns as fast as it can, and says so after each was acknowledged.
class Writer {
 public:
  Writer(const std::filesystem::path& folder, int first_call) {
    EXPECT_EQ(pipe(pipe_), 0);
    child_ = fork();
    if (child_ == 0) write_until_killed(folder, first_call, pipe_[1]);
    close(pipe_[1]);
  }
  ~Writer() {
    close(pipe_[0]);
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// What it said in all, killed after `count` of it and `spare` more microseconds.
  std::vector<std::pair<int, std::int64_t>> kill_after(int count, int spare) {
    std::vector<std::pair<int, std::int64_t>> said;
    std::pair<int, std::int64_t> one;
    const auto hear = [&] { return read(pipe_[0], &one, sizeof one) == static_cast<ssize_t>(sizeof one); };
    while (static_cast<int>(said.size()) < count && hear()) said.push_back(one);
    const auto at = std::chrono::steady_clock::now() + std::chrono::microseconds(spare);
    while (std::chrono::steady_clock::now() < at) {
    }
    kill(child_, SIGKILL);
    while (hear()) said.push_back(one);
    return said;
  }

 private:
  [[noreturn]] static void write_until_killed(const std::filesystem::path& folder, int call, int out) {
    auto connection = open_database(folder);
    if (!connection) _exit(1);
    CallWriter writer(**connection);
    if (!writer.close_interrupted()) _exit(1);
    for (;; ++call) {
      CallRow row;
      row.id = "call_" + std::to_string(call);
      if (!writer.begin(row)) _exit(1);
      for (std::int64_t i = 0; i < 7; ++i) {
        TurnRow turn;
        turn.call = row.id;
        turn.index = i;
        turn.text = base::Pii<std::string>(std::string(static_cast<std::size_t>(call % 3000), 't'));
        turn.ended_ms = 1000 * (i + 1);
        if (!writer.add_turn(turn)) _exit(1);
        const std::pair<int, std::int64_t> said{call, i};
        if (write(out, &said, sizeof said) != sizeof said) _exit(1);
      }
      row.status = CallStatus::answered;
      if (!writer.finish(row)) _exit(1);
    }
  }

  int pipe_[2] = {-1, -1};
  pid_t child_ = -1;
};

/// FRONTDESK_KILLS in the environment: how often the writer is killed.
int kills() {
  const char* text = std::getenv("FRONTDESK_KILLS");
  return text == nullptr ? 40 : std::atoi(text);
}

TEST_F(Store, LosesNothingAcknowledgedWhereverItIsKilled) {
  std::mt19937 random(11);
  std::map<int, std::int64_t> last_turn;
  int next_call = 0;
  for (int round = 0; round < kills(); ++round) {
    Writer writer(folder, next_call);
    for (const auto& [call, index] :
         writer.kill_after(static_cast<int>(random() % 40), static_cast<int>(random() % 3000)))
      last_turn[call] = index;
    next_call = (last_turn.empty() ? 0 : last_turn.rbegin()->first) + 2;  // the one after may be begun
  }
  const auto connection = open_database(folder);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_TRUE(check_sqlite(**connection, true));
  ASSERT_TRUE(CallWriter(**connection).close_interrupted());
  ASSERT_FALSE(last_turn.empty());
  const auto orphans = (*connection)->run("SELECT COUNT(*) FROM call_turns WHERE call NOT IN (SELECT id FROM calls)");
  EXPECT_EQ(orphans->front().integer(0), 0);
  const auto log = CallLog::open(folder);
  for (const auto& [call, index] : last_turn) {
    const auto row = (*log)->call("call_" + std::to_string(call));
    ASSERT_TRUE(row) << call;
    EXPECT_NE(row->status, CallStatus::in_progress);
    EXPECT_GE(row->turns, index + 1);
    EXPECT_EQ(static_cast<std::int64_t>((*log)->turns(row->id)->size()), row->turns);
    EXPECT_GE(row->duration_ms, row->status == CallStatus::interrupted ? 1000 * (index + 1) : 0);
  }
}

}  // namespace frontdesk::store
