// Years pass: what is old goes, and what is young stays. The clock is the test's.
#include "app/retention.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "accounts/desk.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "store/call_writer.hpp"
#include "store/migrations.hpp"

namespace frontdesk::app {
namespace {

using Text = base::Pii<std::string>;

constexpr std::int64_t kDay = 24LL * 3600 * 1000;
constexpr base::UtcTime kBegan{1'795'359'120'000};
constexpr const char* kNumber = "+443335550177";
constexpr const char* kPhrase = "marmalade umbrella telescope";

base::UtcTime days_later(int days) {
  return {kBegan.unix_ms + days * kDay};
}

class RetentionTest : public testing::Test {
 protected:
  ~RetentionTest() override {
    connection.reset();
    desk.reset();
    std::filesystem::remove_all(folder);
  }
  void add_call(const std::string& id, base::UtcTime at, bool over = true) {
    store::CallWriter writer(*connection);
    store::CallRow row;
    row.id = id;
    row.caller = Text(kNumber);
    row.started_at = at;
    row.status = store::CallStatus::in_progress;
    row.recording = "recordings/" + id + ".wav";
    row.journal = "journals/" + id + ".tape";
    ASSERT_TRUE(writer.begin(row));
    std::ofstream(folder / row.recording) << "sound";
    std::ofstream(folder / row.journal) << kPhrase;
    store::TurnRow turn;
    turn.call = id;
    turn.text = Text(kPhrase);
    ASSERT_TRUE(writer.add_turn(turn));
    store::MessageRow message;
    message.id = "msg_" + id;
    message.call = id;
    message.number = Text(kNumber);
    message.reason = Text(kPhrase);
    message.taken_at = at;
    ASSERT_TRUE(writer.add_message(message));
    row.status = store::CallStatus::answered;
    if (over) {
      ASSERT_TRUE(writer.finish(row));
    }
  }
  Forgotten sweep(const store::RetentionPolicy& retention, base::UtcTime now) {
    const auto gone = forget_old(desk->office(), {folder, ""}, kept_since(retention, now), now, [] { return false; });
    EXPECT_TRUE(gone) << gone.error().message;
    return gone ? *gone : Forgotten{};
  }
  std::int64_t count(const std::string& table) {
    return connection->run("SELECT COUNT(*) FROM " + table)->front().integer(0);
  }
  bool found_in_files(const std::string& text) const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  }

  const std::filesystem::path folder = std::filesystem::temp_directory_path() / base::new_id("retention");
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk = [this] {
    std::filesystem::create_directories(folder / "recordings");
    std::filesystem::create_directories(folder / "journals");
    return std::move(*accounts::Desk::open(folder, "", {"https://desk.example"}, none, base::wall_now()));
  }();
  std::unique_ptr<store::Connection> connection = std::move(*store::open_database(folder));
};

}  // namespace

TEST(KeptSince, NothingIsThrownAwayUnlessAskedFor) {
  EXPECT_FALSE(kept_since({}, kBegan).calls || kept_since({}, kBegan).messages || kept_since({}, kBegan).transcripts);
  EXPECT_EQ(kept_since({.transcripts_days = 2}, kBegan).transcripts, base::UtcTime{kBegan.unix_ms - 2 * kDay});
}

TEST_F(RetentionTest, WordsGoOnTheirDayAndTheCallOnItsOwn) {
  add_call("call_1", kBegan);
  const store::RetentionPolicy retention{.transcripts_days = 30, .messages_days = 60, .calls_days = 90};
  EXPECT_FALSE(sweep(retention, days_later(29)).any());
  EXPECT_EQ(sweep(retention, days_later(31)).transcripts, 1);
  EXPECT_EQ(count("call_turns"), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "journals/call_1.tape"));
  EXPECT_TRUE(std::filesystem::exists(folder / "recordings/call_1.wav"));
  EXPECT_EQ(count("messages"), 1);
  EXPECT_FALSE(sweep(retention, days_later(32)).any()) << "once is enough";
  EXPECT_EQ(sweep(retention, days_later(61)).messages, 1);
  EXPECT_EQ(count("calls"), 1);
  EXPECT_EQ(sweep(retention, days_later(91)).calls, 1);
  EXPECT_EQ(count("calls"), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "recordings/call_1.wav"));
  connection.reset();
  desk.reset();
  EXPECT_FALSE(found_in_files(kPhrase));
  EXPECT_FALSE(found_in_files(kNumber));
}

TEST_F(RetentionTest, WhatIsYoungAndWhatGoesOnStays) {
  add_call("call_old", kBegan);
  add_call("call_on", kBegan, false);
  add_call("call_young", days_later(80));
  const auto gone = sweep({.transcripts_days = 30, .messages_days = 0, .calls_days = 90}, days_later(100));
  EXPECT_EQ(gone.calls, 1);
  EXPECT_EQ(count("calls"), 2);
  EXPECT_EQ(count("messages"), 2);
  EXPECT_EQ(connection->run("SELECT journal FROM calls WHERE id = 'call_on'")->front().text(0),
            "journals/call_on.tape");
}

TEST_F(RetentionTest, MoreThanABatchGoesAndOneRecordSaysHowMuch) {
  for (int i = 0; i < 230; ++i) add_call("call_" + std::to_string(i), kBegan);
  EXPECT_EQ(sweep({.calls_days = 1}, days_later(2)).calls, 230);
  EXPECT_EQ(count("calls"), 0);
  EXPECT_EQ(count("messages"), 0);
  const auto records = connection->run("SELECT actor FROM audit_log WHERE action = 'retention.swept'");
  ASSERT_EQ(records->size(), 1U);
  EXPECT_EQ(records->front().text(0), "system");
}

TEST_F(RetentionTest, WhatWasSavedGoesBeforeTheFile) {
  const config::Retention file{.transcripts_days = 1, .messages_days = 2, .calls_days = 3};
  EXPECT_EQ(*policy_in_force(desk->office(), file), policy_of(file));
  const store::RetentionPolicy saved{.calls_days = 400};
  ASSERT_TRUE(store::set_retention_policy(*connection, std::string(store::kLocalOrganisation), saved, kBegan));
  EXPECT_EQ(*policy_in_force(desk->office(), file), saved);
}

TEST_F(RetentionTest, AFileThatCannotGoKeepsItsRow) {
  add_call("call_1", kBegan);
  std::filesystem::remove(folder / "journals/call_1.tape");
  std::filesystem::create_directories(folder / "journals/call_1.tape/in the way");
  const auto gone = forget_old(desk->office(), {folder, ""}, kept_since({.calls_days = 1}, days_later(2)),
                               days_later(2), [] { return false; });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().retry, base::Retry::later);
  EXPECT_EQ(count("calls"), 1);
}

}  // namespace frontdesk::app
