#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/mailbox.hpp"
#include "base/protect.hpp"
#include "base/random.hpp"

namespace frontdesk::base {

TEST(Ids, SortByTimeAndCarryVersionAndVariant) {
  const auto early = make_id("call", UtcTime{1'700'000'000'000}, ~0ULL, ~0ULL);
  const auto late = make_id("call", UtcTime{1'700'000'000'001}, 0, 0);
  EXPECT_LT(early, late);
  EXPECT_TRUE(is_id("call", early));
  EXPECT_EQ(early[5 + 12], '7');
  EXPECT_EQ(late[5 + 16], '8');
  EXPECT_FALSE(is_id("call", "call_xyz"));
  EXPECT_FALSE(is_id("msg", early));
}

TEST(Mailbox, RefusesWhenFullAndWakesOnce) {
  int wakes = 0;
  Mailbox<int> mailbox(2, [&] { ++wakes; });
  EXPECT_TRUE(mailbox.push(1));
  EXPECT_TRUE(mailbox.push(2));
  EXPECT_FALSE(mailbox.push(3));
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(mailbox.refused(), 1U);
  std::vector<int> out;
  mailbox.drain(out);
  EXPECT_EQ(out, (std::vector<int>{1, 2}));
}

TEST(Mailbox, WhatIsVitalPassesWhereOthersAreRefused) {
  Mailbox<int> mailbox(
      2, [] {}, 2);
  EXPECT_TRUE(mailbox.push(1));
  EXPECT_TRUE(mailbox.push(2));
  EXPECT_FALSE(mailbox.push(3));
  EXPECT_TRUE(mailbox.push_vital(4));
  EXPECT_TRUE(mailbox.push_vital(5));
  EXPECT_FALSE(mailbox.push_vital(6)) << "the reserve is bounded, too";
  EXPECT_EQ(mailbox.refused(), 2U);
  std::vector<int> out;
  mailbox.drain(out);
  EXPECT_EQ(out, (std::vector<int>{1, 2, 4, 5}));
  EXPECT_TRUE(mailbox.push(7));
}

TEST(Protect, OnlyShowsRedactedForms) {
  EXPECT_EQ(redacted(Secret("hunter2")), "(secret)");
  EXPECT_EQ(redacted(Pii<std::string>("+443335550100")), "**00");
}

TEST(Assert, ThrowsWithPlace) {
  try {
    FRONTDESK_ASSERT(1 == 2);
    FAIL();
  } catch (const InvariantViolation& violation) {
    EXPECT_NE(std::string(violation.what()).find("1 == 2"), std::string::npos);
  }
}

TEST(Random, IsTheSameEverywhere) {
  Random random(1);
  EXPECT_EQ(random.next(), 0x910a2dec89025cc1ULL);
  for (int i = 0; i < 1000; ++i) {
    const auto value = random.between(-3, 3);
    EXPECT_GE(value, -3);
    EXPECT_LE(value, 3);
  }
}

TEST(Error, DescribesItself) {
  EXPECT_EQ(describe(Error{ErrorCode::unavailable, "sip", "port 5060 is in use", Retry::later, 98}),
            "sip: port 5060 is in use (unavailable)");
}

}  // namespace frontdesk::base
