#include "app/word_sealing.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "accounts/desk.hpp"
#include "app/call_words.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "records/journals/journal_file.hpp"
#include "store/call_log.hpp"
#include "store/call_writer.hpp"
#include "vault/secrets/word_box.hpp"

namespace frontdesk::app {
namespace {

using Text = base::Pii<std::string>;
constexpr const char* kPhrase = "marmalade umbrella telescope";

class WordSealing : public testing::Test {
 protected:
  ~WordSealing() override {
    connection.reset();
    desk.reset();
    std::filesystem::remove_all(folder);
  }
  /// As a version wrote it that sealed nothing.
  void add_old_call(const std::string& id, store::CallStatus status = store::CallStatus::answered) {
    store::CallWriter writer(*connection);
    store::CallRow row;
    row.id = id;
    row.status = store::CallStatus::in_progress;
    row.journal = "journals/" + id + ".tape";
    ASSERT_TRUE(writer.begin(row));
    std::ofstream(folder / row.journal) << kPhrase;
    store::TurnRow turn;
    turn.call = id;
    turn.text = turn.heard = Text(kPhrase);
    ASSERT_TRUE(writer.add_turn(turn));
    store::MessageRow message;
    message.id = "msg_" + id;
    message.call = id;
    message.name = message.reason = Text(kPhrase);
    ASSERT_TRUE(writer.add_message(message));
    ASSERT_TRUE(writer.add_consent({id, {5}, "ask", "given", Text(kPhrase)}));
    row.status = status;
    if (status != store::CallStatus::in_progress) {
      ASSERT_TRUE(writer.finish(row));
    }
  }
  NowSealed seal() {
    const secrets::WordBox words(desk->office().box.keys(), base::wall_now);
    const auto sealed = seal_old_words(desk->office(), {folder, ""}, words, *keys(), [] { return false; });
    EXPECT_TRUE(sealed) << sealed.error().message;
    return sealed ? *sealed : NowSealed{};
  }
  std::shared_ptr<const vault::KeyRing> keys() const {
    return std::make_shared<const vault::KeyRing>(*vault::open_key_ring(folder, ""));
  }
  std::vector<std::string> files_with(const std::string& text) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      if (bytes.find(text) != std::string::npos) found.push_back(entry.path().filename());
    }
    return found;
  }

  const std::filesystem::path folder = std::filesystem::temp_directory_path() / base::new_id("sealing");
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk = [this] {
    std::filesystem::create_directories(folder / "journals");
    return std::move(*accounts::Desk::open(folder, "", {"https://desk.example"}, none, base::wall_now()));
  }();
  std::unique_ptr<store::Connection> connection = std::move(*store::open_database(folder));
};

TEST_F(WordSealing, WhatAnEarlierVersionWroteIsSealedAndReadAsBefore) {
  constexpr int kCalls = 130;  // more than a batch
  for (int i = 0; i < kCalls; ++i) add_old_call("call_" + std::to_string(1000 + i));
  ASSERT_FALSE(files_with(kPhrase).empty());
  const auto done = seal();
  EXPECT_EQ(done.rows, 3 * kCalls);
  EXPECT_EQ(done.journals, kCalls);
  EXPECT_EQ(files_with(kPhrase), std::vector<std::string>());
  const auto log = store::CallLog::open(folder, words_of(keys()));
  for (const char* call : {"call_1000", "call_1129"}) {
    EXPECT_EQ((*log)->turns(call)->front().text.expose(), kPhrase);
    EXPECT_EQ((*log)->turns(call)->front().heard.expose(), kPhrase);
    EXPECT_EQ((*log)->messages(call)->front().name.expose(), kPhrase);
    EXPECT_EQ((*log)->consents(call)->front().words.expose(), kPhrase);
    EXPECT_EQ(*journals::read(folder / (*log)->call(call)->journal, keys().get()), kPhrase);
  }
  const auto again = seal();
  EXPECT_EQ(again.rows + again.journals, 0);
}

TEST_F(WordSealing, AJournalThatIsWrittenToIsLeftAlone) {
  add_old_call("call_on", store::CallStatus::in_progress);
  EXPECT_EQ(seal().journals, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "journals/call_on.tape"));
}

TEST_F(WordSealing, WhatAKillLeftIsDoneAgain) {
  add_old_call("call_1");
  std::ofstream(folder / "journals/call_1.tape.sealed") << "half a he";
  EXPECT_EQ(seal().journals, 1);
  EXPECT_EQ(*journals::read(folder / "journals/call_1.tape.sealed", keys().get()), kPhrase);
}

TEST_F(WordSealing, AJournalThatIsGoneIsNoError) {
  add_old_call("call_1");
  std::filesystem::remove(folder / "journals/call_1.tape");
  EXPECT_EQ(seal().rows, 3);
}

}  // namespace
}  // namespace frontdesk::app
