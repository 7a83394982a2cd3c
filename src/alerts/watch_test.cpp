#include "alerts/watch.hpp"

#include <gtest/gtest.h>

namespace frontdesk::alerts {
namespace {

base::Instant at(std::int64_t seconds) {
  return {base::seconds(seconds)};
}

Readings line(bool working) {
  Readings readings;
  readings.lines = std::vector<LineReading>{{"main", working, "no answer"}};
  return readings;
}

Readings disk(double used) {
  Readings readings;
  readings.disk_used = used;
  return readings;
}

Readings calls(std::int64_t ended, std::int64_t failed) {
  Readings readings;
  readings.calls_ended = ended;
  readings.calls_failed = failed;
  return readings;
}

}  // namespace

TEST(Watch, ALineIsToldOfOnceItHasBeenDownForAMinuteAndWhenItIsBack) {
  Watch watch;
  EXPECT_TRUE(watch.see(line(false), at(0)).empty());
  EXPECT_TRUE(watch.see(line(false), at(59)).empty());
  const auto down = watch.see(line(false), at(60));
  ASSERT_EQ(down.size(), 1U);
  EXPECT_EQ(down[0].trouble.kind, kind::kLineDown);
  EXPECT_EQ(down[0].trouble.subject, "main");
  EXPECT_EQ(down[0].trouble.detail, "no answer");
  EXPECT_FALSE(down[0].over);
  EXPECT_TRUE(watch.see(line(false), at(10'000)).empty()) << "told once";
  EXPECT_TRUE(watch.see(line(true), at(10'001)).empty());
  const auto up = watch.see(line(true), at(10'031));
  ASSERT_EQ(up.size(), 1U);
  EXPECT_TRUE(up[0].over);
  EXPECT_TRUE(watch.see(line(true), at(20'000)).empty());
}

TEST(Watch, ALineThatComesAndGoesIsToldOfOnce) {
  Watch watch;
  (void)watch.see(line(false), at(0));
  ASSERT_EQ(watch.see(line(false), at(60)).size(), 1U);
  for (std::int64_t second = 61; second < 600; second += 20) {
    EXPECT_TRUE(watch.see(line(true), at(second)).empty());
    EXPECT_TRUE(watch.see(line(false), at(second + 10)).empty());
  }
}

TEST(Watch, AShortOutageIsNotTold) {
  Watch watch;
  for (std::int64_t second = 0; second < 600; second += 50) {
    EXPECT_TRUE(watch.see(line(false), at(second)).empty());
    EXPECT_TRUE(watch.see(line(true), at(second + 45)).empty());
  }
}

TEST(Watch, ALineThatWasRemovedIsNoTroubleAnyMore) {
  Watch watch;
  (void)watch.see(line(false), at(0));
  ASSERT_EQ(watch.see(line(false), at(60)).size(), 1U);
  Readings none;
  none.lines.emplace();
  (void)watch.see(none, at(61));
  const auto over = watch.see(none, at(91));
  ASSERT_EQ(over.size(), 1U);
  EXPECT_TRUE(over[0].over);
}

TEST(Watch, WhatIsNotKnownChangesNothing) {
  Watch watch;
  (void)watch.see(line(false), at(0));
  ASSERT_EQ(watch.see(line(false), at(60)).size(), 1U);
  EXPECT_TRUE(watch.see(Readings(), at(1000)).empty());
}

TEST(Watch, ADiskMustHaveSomeRoomBeforeItIsWellAgain) {
  Watch watch("machine_1");
  EXPECT_TRUE(watch.see(disk(0.80), at(0)).empty());
  const auto full = watch.see(disk(0.81), at(1));
  ASSERT_EQ(full.size(), 1U);
  EXPECT_EQ(full[0].trouble.subject, "machine_1");
  EXPECT_EQ(full[0].trouble.severity, Severity::warning);
  EXPECT_TRUE(watch.see(disk(0.79), at(2)).empty());
  EXPECT_TRUE(watch.see(disk(0.79), at(100)).empty());
  EXPECT_TRUE(watch.see(disk(0.77), at(101)).empty());
  EXPECT_EQ(watch.see(disk(0.77), at(131)).size(), 1U);
}

TEST(Watch, AFewFailedCallsAreChance) {
  Watch watch;
  EXPECT_TRUE(watch.see(calls(0, 0), at(0)).empty());
  EXPECT_TRUE(watch.see(calls(4, 2), at(1)).empty());
  EXPECT_TRUE(watch.see(calls(100, 5), at(2)).empty()) << "5 % is not more than 5 %";
  ASSERT_EQ(watch.see(calls(100, 6), at(3)).size(), 1U);
}

TEST(Watch, SignInsAndServices) {
  Watch watch;
  Readings readings;
  readings.refused_sign_ins = kMostRefusedSignIns;
  readings.database_problem = "connection refused";
  readings.shared_state_problem = "";
  const auto first = watch.see(readings, at(0));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].trouble.kind, kind::kRefusedSignIns);
  const auto second = watch.see(readings, at(15));
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].trouble.kind, kind::kDatabaseAway);
}

TEST(Watch, AVoiceThatMayNotBeUsedIsToldAtOnce) {
  Watch watch("machine_1");
  Readings readings;
  readings.voice_problem = "";
  EXPECT_TRUE(watch.see(readings, at(0)).empty());
  readings.voice_problem = "there is no consent";
  const auto told = watch.see(readings, at(5));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].trouble.kind, kind::kVoiceUnusable);
  EXPECT_EQ(told[0].trouble.subject, "") << "of the organisation, not of a machine";
  EXPECT_EQ(told[0].trouble.detail, "there is no consent");
  readings.voice_problem = "";
  EXPECT_TRUE(watch.see(readings, at(6)).empty());
  EXPECT_TRUE(watch.see(readings, at(36)).at(0).over);
}

TEST(Watch, WhatWasToldBeforeTheStartIsNotToldAgainButItsEndIs) {
  Watch watch;
  watch.told_before({std::string(kind::kLineDown), "main", Severity::critical, "t", "d"});
  EXPECT_TRUE(watch.see(line(false), at(0)).empty());
  EXPECT_TRUE(watch.see(line(false), at(100)).empty());
  EXPECT_TRUE(watch.see(line(true), at(101)).empty());
  EXPECT_EQ(watch.see(line(true), at(131)).size(), 1U);
}

}  // namespace frontdesk::alerts
