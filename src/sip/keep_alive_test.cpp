#include "sip/keep_alive.hpp"

#include <gtest/gtest.h>

namespace frontdesk::sip {
namespace {

using base::seconds;
using Action = KeepAlive::Action;

constexpr base::Instant kBegin{seconds(100)};

TEST(KeepAlive, OneThatNeverAnsweredIsVerifiedOnceAndThenOnlyPinged) {
  KeepAlive pings(seconds(25));
  pings.start(kBegin);
  EXPECT_EQ(pings.on_wakeup(kBegin, 0), Action::ping);
  base::Instant now = kBegin + KeepAlive::kFirstAnswerLimit;
  EXPECT_EQ(pings.next_wakeup(), now);
  EXPECT_EQ(pings.on_wakeup(now, 0), Action::verify);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(pings.on_wakeup(now + seconds(24), 0), Action::none);
    now = now + seconds(25);
    EXPECT_EQ(pings.on_wakeup(now, 0), Action::ping);
    EXPECT_EQ(pings.next_wakeup(), now + seconds(25));
  }
}

TEST(KeepAlive, OneThatHasAnsweredIsLostTenSecondsAfterTheFirstSilence) {
  KeepAlive pings(seconds(25));
  pings.start(kBegin);
  EXPECT_EQ(pings.on_wakeup(kBegin, 0), Action::ping);
  pings.on_answer(kBegin + seconds(1), 0);
  EXPECT_EQ(pings.next_wakeup(), kBegin + seconds(26));
  const auto now = pings.next_wakeup();
  EXPECT_EQ(pings.on_wakeup(now, 0), Action::ping);
  EXPECT_EQ(pings.next_wakeup(), now + KeepAlive::kAnswerLimit);
  EXPECT_EQ(pings.on_wakeup(pings.next_wakeup(), 0), Action::lost);
  EXPECT_EQ(pings.next_wakeup(), base::kNever);
  pings.on_answer(now, 0);
  EXPECT_EQ(pings.next_wakeup(), base::kNever);
}

TEST(KeepAlive, ANewStartForgetsWhatWasKnown) {
  KeepAlive pings(seconds(25));
  pings.start(kBegin);
  EXPECT_EQ(pings.on_wakeup(kBegin, 0), Action::ping);
  pings.on_answer(kBegin, 0);
  pings.start(kBegin + seconds(1));
  EXPECT_EQ(pings.on_wakeup(kBegin + seconds(1), 0), Action::ping);
  EXPECT_EQ(pings.on_wakeup(pings.next_wakeup(), 0), Action::verify);
}

TEST(KeepAlive, JitterOnlyShortensAndAnUnaskedAnswerDelaysNothing) {
  KeepAlive pings(seconds(25));
  pings.start(kBegin);
  EXPECT_EQ(pings.on_wakeup(kBegin, 0), Action::ping);
  pings.on_answer(kBegin, 0.999);
  EXPECT_GE(pings.next_wakeup(), kBegin + seconds(20));
  EXPECT_LT(pings.next_wakeup(), kBegin + seconds(21));
  const auto before = pings.next_wakeup();
  pings.on_answer(kBegin + seconds(10), 0);
  EXPECT_EQ(pings.next_wakeup(), before);
}

}  // namespace
}  // namespace frontdesk::sip
