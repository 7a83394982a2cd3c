#include "live/neighbours.hpp"

#include <gtest/gtest.h>

namespace frontdesk::live {
namespace {

const base::UtcTime kAt{1'763'800'000'000};

board::Rang rang(const std::string& call) {
  return {"org_a", call, "line", "0333", base::Pii<std::string>("+447700900123"), base::Pii<std::string>("\xFF Ann"),
          kAt};
}

class NeighboursTest : public ::testing::Test {
 protected:
  base::Instant now{base::seconds(100)};
  Neighbours neighbours{"me"};

  std::vector<Change> take(const std::string& text) {
    const auto told = from_wire(text);
    EXPECT_TRUE(told) << text;
    return told ? neighbours.take(*told, now, kAt) : std::vector<Change>();
  }
};

TEST_F(NeighboursTest, EveryChangeComesOverTheWire) {
  const std::vector<Change> all{
      rang("call_1"),
      board::Answered{"call_1", kAt},
      board::SpeakerChanged{"call_1", board::Speaking::receptionist, kAt},
      board::Saying{"call_1", board::Speaker::receptionist, base::Pii<std::string>("At"), kAt},
      board::Said{"call_1", {board::Speaker::caller, base::Pii<std::string>("\"What?\""), true, kAt}},
      board::Ended{"call_1", "completed", "why", base::seconds(2), kAt}};
  for (const auto& change : all) {
    const auto got = take(to_wire("other", change));
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(to_wire("x", got[0]), to_wire("x", change));
  }
}

TEST_F(NeighboursTest, WhatWeSaidOurselvesIsNotNews) {
  EXPECT_TRUE(take(to_wire("me", Change(rang("call_1")))).empty());
}

TEST_F(NeighboursTest, WhatWasMissedIsFoundOut) {
  (void)take(to_wire("other", Change(rang("call_1"))));
  const auto changes = take(to_wire("other", std::vector<Running>{{rang("call_2"), kAt}}));
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(std::get<board::Rang>(changes[0]).call, "call_2");
  EXPECT_EQ(std::get<board::Answered>(changes[1]).call, "call_2");
  EXPECT_EQ(std::get<board::Ended>(changes[2]).call, "call_1");
}

TEST_F(NeighboursTest, TheCallsOfADeadMachineEndUnlessItWasUsWhoHeardNothing) {
  (void)take(to_wire("other", Change(rang("call_1"))));
  now = now + kSilentAfter;
  EXPECT_TRUE(neighbours.sweep(now, kAt).empty());
  now = now + base::seconds(60);
  neighbours.forgive(now);
  EXPECT_TRUE(neighbours.sweep(now, kAt).empty());
  now = now + kSilentAfter + base::milliseconds(1);
  const auto changes = neighbours.sweep(now, kAt);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(std::get<board::Ended>(changes[0]).call, "call_1");
  EXPECT_TRUE(neighbours.sweep(now, kAt).empty());
}

TEST_F(NeighboursTest, DamagedMessagesAreNothing) {
  for (const auto* bad :
       {"", "{", "[]", "{}", R"({"v":1})", R"({"v":2,"machine":"a","kind":1,"what":{}})",
        R"({"v":1,"machine":"a","kind":99,"what":{}})", R"({"v":1,"machine":"a","kind":1,"what":{}})",
        R"({"v":1,"machine":"a","kind":100,"what":[{}]})", R"({"v":1,"machine":7,"kind":100,"what":[]})"})
    EXPECT_FALSE(from_wire(bad)) << bad;
}

}  // namespace
}  // namespace frontdesk::live
