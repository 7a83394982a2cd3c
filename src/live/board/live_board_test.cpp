#include "live/board/live_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace frontdesk::board {
namespace {

namespace bj = boost::json;
using ::testing::ElementsAre;

base::Pii<std::string> pii(std::string text) {
  return base::Pii<std::string>(std::move(text));
}

class LiveBoardTest : public ::testing::Test {
 protected:
  LiveBoard board{"feed1"};
  base::UtcTime at{1'763'800'000'000};

  void ring(const std::string& call, const std::string& organisation = "org_a") {
    board.apply(Rang{organisation, call, "line 1", "03335550100", pii("+447700900123"), pii("Ann"), at});
  }
  void say(const std::string& call, const std::string& text) {
    board.apply(Said{call, {Speaker::caller, pii(text), false, at}});
  }
  static std::vector<bj::object> read(const Batch& batch) {
    std::vector<bj::object> out;
    for (const auto& message : batch.messages) out.push_back(bj::parse(*message).as_object());
    return out;
  }
  static std::vector<std::string> types(const Batch& batch) {
    std::vector<std::string> out;
    for (const auto& message : read(batch)) out.emplace_back(message.at("type").as_string());
    return out;
  }
};

TEST_F(LiveBoardTest, ACallIsToldFromItsRingingToItsEnd) {
  ring("call_1");
  board.apply(Answered{"call_1", at});
  board.apply(SpeakerChanged{"call_1", Speaking::caller, at});
  board.apply(Saying{"call_1", Speaker::caller, pii("what time"), at});
  const auto before = board.since("org_a", 0);
  EXPECT_THAT(types(before), ElementsAre("call.connected", "call.status_update", "call.transcription"));
  const auto seen = before.position;
  say("call_1", "what time do you open?");
  board.apply(Saying{"call_1", Speaker::receptionist, pii("At nine."), at});
  board.apply(Said{"call_1", {Speaker::receptionist, pii("At nine."), true, at}});
  board.apply(Ended{"call_1", "completed", "the caller hung up", base::seconds(12), at});
  const auto after = board.since("org_a", seen);
  EXPECT_THAT(types(after), ElementsAre("call.transcription", "call.ai_response", "call.ended"));
  const auto messages = read(after);
  EXPECT_EQ(messages[0].at("data").at("text").as_string(), "what time do you open?");
  EXPECT_TRUE(messages[0].at("data").at("final").as_bool());
  EXPECT_TRUE(messages[1].at("data").at("interrupted").as_bool());
  EXPECT_EQ(messages[2].at("data").at("duration_ms").as_int64(), 12'000);
  EXPECT_EQ(messages[2].at("call_id").as_string(), "call_1");
  EXPECT_TRUE(board.calls().empty());
}

TEST_F(LiveBoardTest, WhatALaterChangeOutdatesIsNotToldAnyMore) {
  ring("call_1");
  board.apply(Answered{"call_1", at});
  const auto seen = board.newest("org_a");
  for (int i = 0; i < 1000; ++i) {
    board.apply(Saying{"call_1", Speaker::caller, pii("word " + std::to_string(i)), at});
    board.apply(SpeakerChanged{"call_1", i % 2 == 0 ? Speaking::caller : Speaking::nobody, at});
  }
  const auto messages = read(board.since("org_a", seen));
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].at("data").at("text").as_string(), "word 999");
  EXPECT_EQ(messages[1].at("data").at("speaking").as_string(), "nobody");
}

TEST_F(LiveBoardTest, NobodySeesCallsOfAnotherOrganisation) {
  ring("call_a", "org_a");
  ring("call_b", "org_b");
  say("call_b", "a secret");
  for (const auto& batch : {board.since("org_a", 0), board.from_start("org_a")})
    for (const auto& message : batch.messages) {
      EXPECT_EQ(message->find("call_b"), std::string::npos) << *message;
      EXPECT_EQ(message->find("secret"), std::string::npos) << *message;
    }
  EXPECT_EQ(board.newest("org_a"), 1U) << "its numbers tell nothing of others either";
  EXPECT_TRUE(board.since("org_c", 0).messages.empty());
}

TEST_F(LiveBoardTest, TheSnapshotHoldsTheNewestLinesOfEachCall) {
  ring("call_1");
  for (int i = 0; i < 50; ++i) say("call_1", "line " + std::to_string(i));
  const auto batch = board.from_start("org_a");
  EXPECT_TRUE(batch.snapshot);
  const auto snapshot = read(batch).at(0);
  EXPECT_EQ(snapshot.at("type").as_string(), "live.snapshot");
  const auto& call = snapshot.at("data").at("calls").as_array().at(0).as_object();
  EXPECT_EQ(call.at("caller").as_string(), "+447700900123");
  EXPECT_EQ(call.at("transcript").as_array().size(), kLinesKept);
  EXPECT_EQ(call.at("transcript").as_array().back().at("text").as_string(), "line 49");
  EXPECT_EQ(board.position_of(snapshot.at("cursor").as_string()), batch.position);
  EXPECT_TRUE(board.since("org_a", batch.position).messages.empty()) << "nothing is told twice";
}

TEST_F(LiveBoardTest, ResumingGoesOnBehindTheCursorOrStartsAgain) {
  ring("call_1");
  const auto seen = board.newest("org_a");
  for (std::size_t i = 0; i < kChangesKept; ++i) say("call_1", std::to_string(i));
  EXPECT_EQ(board.since("org_a", seen).messages.size(), kChangesKept);
  say("call_1", "one more");
  const auto late = board.since("org_a", seen);
  EXPECT_TRUE(late.snapshot);
  EXPECT_EQ(late.position, board.newest("org_a"));
  EXPECT_TRUE(board.since("org_a", board.newest("org_a") + 1).snapshot) << "a number that never was";
}

TEST_F(LiveBoardTest, CursorsOfOtherProcessesAreNotOurs) {
  EXPECT_EQ(board.position_of("feed1:17"), 17U);
  for (const auto* cursor : {"", ":", "17", "feed1", "feed1:", "feed1:x", "feed1:17x", "feed2:17", "feed1:-1",
                             "feed1:99999999999999999999999"})
    EXPECT_FALSE(board.position_of(cursor)) << cursor;
}

TEST_F(LiveBoardTest, OneCallCanBeFollowedAlone) {
  ring("call_1");
  ring("call_2");
  say("call_2", "not mine");
  say("call_1", "mine");
  const auto messages = read(board.since("org_a", 0, "call_1"));
  ASSERT_EQ(messages.size(), 2U);
  for (const auto& message : messages) EXPECT_EQ(message.at("call_id").as_string(), "call_1");
}

TEST_F(LiveBoardTest, CallsAndTextsAreBounded) {
  for (std::size_t i = 0; i < kMaxCalls + 10; ++i) ring("call_" + std::to_string(i));
  EXPECT_EQ(board.calls().size(), kMaxCalls);
  say("call_1", std::string(1'000'000, 'x'));
  const auto batch = board.since("org_a", board.newest("org_a") - 1);
  ASSERT_EQ(batch.messages.size(), 1U);
  EXPECT_LT(batch.messages[0]->size(), kLongestText + 500);
}

TEST_F(LiveBoardTest, WhatIsToldOfUnknownCallsIsIgnored) {
  say("call_9", "hello");
  board.apply(Ended{"call_9", "completed", "", {}, at});
  board.apply(Answered{"call_9", at});
  EXPECT_EQ(board.newest("org_a"), 0U);
}

TEST_F(LiveBoardTest, ForeignBytesBecomeGoodJson) {
  board.apply(Rang{"org_a", "call_1", "l", "\xFF", pii("\"\\\x01"), pii("\xC3"), at});
  EXPECT_EQ(read(board.from_start("org_a")).size(), 1U);
}

}  // namespace
}  // namespace frontdesk::board
