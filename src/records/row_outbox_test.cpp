#include "records/row_outbox.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "audio/wav.hpp"
#include "records/record_keeper.hpp"
#include "store/call_log.hpp"

namespace frontdesk::records {
namespace {

constexpr int kTurns = 20;

class Outbox : public ::testing::TestWithParam<bool> {
 protected:
  Outbox() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-outbox-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    if (GetParam()) keys = std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, '3')));
  }
  ~Outbox() override { std::filesystem::remove_all(folder); }

  RecordKeeperOptions options() const {
    RecordKeeperOptions out;
    out.keys = keys;
    return out;
  }
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
    taken.turn.text = base::Pii<std::string>("a planted sentence, \xff\n\"quoted\"");
    taken.ended = base::seconds(index + 1);
    return taken;
  }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "waiting", error))
      found.push_back(entry.path());
    return found;
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// What a keeper writes while the database is locked, until it is killed.
  void write_and_be_killed() const {
    const pid_t child = fork();
    if (child == 0) {
      auto keeper = RecordKeeper::start(folder, options());
      auto intruder = store::open_connection(folder, store::OpenMode::read_write);
      if (!keeper || !intruder || !(*intruder)->run_script("BEGIN EXCLUSIVE")) _exit(1);
      (*keeper)->begin(begun());
      (*keeper)->answered(3, {1'760'000'000'100});
      for (int i = 0; i < kTurns; ++i) (*keeper)->turn(turn(i));
      (*keeper)->consent(3, {{call::ConsentOutcome::given, "ask", base::Pii<std::string>("Yes.")}, {1}});
      (*keeper)->message(3, R"({"name":"Ann","reason":"tooth"})", {1'760'000'001'000});
      while ((*keeper)->stats().written < kTurns + 4) std::this_thread::yield();
      kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
  }
  void expect_all() const {
    const auto log = store::CallLog::open(folder);
    ASSERT_TRUE(log) << log.error().message;
    const auto call = (*log)->call("call_a");
    ASSERT_TRUE(call) << call.error().message;
    EXPECT_EQ(call->status, store::CallStatus::interrupted);
    EXPECT_EQ(call->caller.expose(), "+443335550100");
    EXPECT_EQ(call->turns, kTurns);
    EXPECT_EQ(call->duration_ms, kTurns * 1000);
    const auto turns = (*log)->turns("call_a");
    ASSERT_EQ(turns->size(), static_cast<std::size_t>(kTurns));
    EXPECT_EQ(turns->front().text.expose(), "a planted sentence, \xef\xbf\xbd\n\"quoted\"");
    EXPECT_EQ((*log)->messages("call_a")->size(), 1U);
    EXPECT_EQ((*log)->consents("call_a")->size(), 1U);
  }

  std::filesystem::path folder;
  std::shared_ptr<const vault::KeyRing> keys;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Files, Outbox, ::testing::Bool(),
                         [](const auto& each) { return each.param ? "sealed" : "clear"; });

TEST_P(Outbox, WhatWaitsForTheDatabaseSurvivesAKill) {
  write_and_be_killed();
  ASSERT_EQ(files().size(), 1U);
  const auto kept = content(files().front());
  EXPECT_EQ(kept.find("planted sentence") == std::string::npos, GetParam());
  struct stat status {};
  ASSERT_EQ(stat(files().front().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  auto keeper = RecordKeeper::start(folder, options());
  ASSERT_TRUE(keeper) << keeper.error().message;
  EXPECT_EQ((*keeper)->mended(), std::vector<std::string>{"call_a"});
  EXPECT_TRUE(files().empty());
  expect_all();
}

TEST_P(Outbox, ASecondTimeChangesNothing) {
  write_and_be_killed();
  const auto file = files().at(0);
  const auto kept = content(file);
  ASSERT_TRUE(RecordKeeper::start(folder, options()));
  std::ofstream(file, std::ios::binary) << kept;  // as if the program had been killed before it took the file away
  auto keeper = RecordKeeper::start(folder, options());
  ASSERT_TRUE(keeper) << keeper.error().message;
  expect_all();
}

TEST_P(Outbox, ATornEndIsLeftOutAndTheRestIsBrought) {
  write_and_be_killed();
  const auto file = files().at(0);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
  auto keeper = RecordKeeper::start(folder, options());
  ASSERT_TRUE(keeper) << keeper.error().message;
  const auto log = store::CallLog::open(folder);
  EXPECT_EQ((*log)->call("call_a")->turns, kTurns);
  EXPECT_TRUE((*log)->messages("call_a")->empty()) << "it was the last";
}

TEST_P(Outbox, AFileThatCannotBeReadStaysAndIsNamed) {
  write_and_be_killed();
  const auto file = files().at(0);
  auto spoilt = content(file);
  if (GetParam())
    spoilt[20] ^= 1;
  else
    spoilt.replace(0, 4, "what");
  std::ofstream(file, std::ios::binary) << spoilt;
  auto keeper = RecordKeeper::start(folder, options());
  ASSERT_TRUE(keeper) << keeper.error().message;
  ASSERT_EQ((*keeper)->unreadable().size(), 1U);
  EXPECT_NE((*keeper)->unreadable().front().find(file.string()), std::string::npos);
  EXPECT_EQ(files().size(), 1U);
}

TEST_P(Outbox, SoundGoesOnWhileRowsWait) {
  auto with_sound = options();
  with_sound.storage.keys = keys;
  auto keeper = RecordKeeper::start(folder, with_sound);
  ASSERT_TRUE(keeper);
  (*keeper)->begin(begun());
  (*keeper)->recording_begins(3, 0);
  while ((*keeper)->stats().written < 2) std::this_thread::yield();
  auto intruder = store::open_connection(folder, store::OpenMode::read_write);
  ASSERT_TRUE((*intruder)->run_script("BEGIN EXCLUSIVE"));
  for (int i = 0; i < 40; ++i) (*keeper)->sound(3, audio::Pcm(8000, 9));
  (*keeper)->turn(turn(0));
  while ((*keeper)->stats().written < 43) std::this_thread::yield();
  EXPECT_EQ((*keeper)->stats().queued, 1U) << "the turn alone waits";
  EXPECT_NE((*keeper)->stats().last_error, "");
  ASSERT_TRUE((*intruder)->run_script("COMMIT"));
  runtime::CallClosed closed;
  closed.number = 3;
  closed.answered = true;
  (*keeper)->close(closed);
  keeper->reset();
  const auto row = (*store::CallLog::open(folder))->call("call_a");
  EXPECT_EQ(row->turns, 1);
  const auto reader = recording::open_recording(folder / row->recording, keys.get());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(recording::read_sound(**reader)->frames(), 160'000U) << "no block twice, none left out";
  EXPECT_TRUE(files().empty());
}

}  // namespace frontdesk::records
