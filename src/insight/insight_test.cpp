#include "insight/insight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontdesk::insight {
namespace {

using statistics::PieceOfCalls;
using statistics::TimeClass;
using store::CallStatus;

constexpr std::int64_t kHour = 3'600'000;
// Thursday 2026-10-22, 00:00 UTC; London is one hour ahead until Sunday.
constexpr std::int64_t kThursday = 1'792'627'200'000;

PieceOfCalls piece(std::int64_t at, CallStatus status, std::int64_t calls, std::int64_t duration_ms = 0) {
  PieceOfCalls out;
  out.begin = {at};
  out.status = status;
  out.calls = calls;
  out.duration_ms = duration_ms;
  return out;
}

business_hours::TimeZone london() {
  business_hours::TimeZone zone;
  zone.first_offset = 3600;
  zone.transitions = {{(kThursday + 3 * 24 * kHour + kHour) / 1000, 0}};
  return zone;
}

TEST(Insight, WhatIsUnknownIsAbsent) {
  const auto nothing = totals({});
  EXPECT_EQ(nothing.calls, 0);
  EXPECT_FALSE(nothing.mean_duration_ms);
  EXPECT_FALSE(nothing.confidence);
  EXPECT_FALSE(nothing.mean_opinion_score);
  EXPECT_FALSE(nothing.without_person);
  EXPECT_FALSE(percentiles({}));
  EXPECT_FALSE(grounded({}));
}

TEST(Insight, MeansAreOverThoseThatHaveTheFigure) {
  auto rated = piece(0, CallStatus::answered, 3, 90'000);
  rated.rated = 2;
  rated.confidence = 1.5;
  rated.heard = 1;
  rated.mean_opinion_score = 4.2;
  const std::vector pieces{rated, piece(kHour, CallStatus::rejected, 5, 0),
                           piece(kHour, CallStatus::transferred, 1, 30'000),
                           piece(kHour, CallStatus::interrupted, 1, 9'000)};
  const auto sum = totals(pieces);
  EXPECT_EQ(sum.calls, 10);
  EXPECT_EQ(sum.failed, 1);
  EXPECT_EQ(sum.mean_duration_ms, 30'000) << "calls that were turned away have no length";
  EXPECT_DOUBLE_EQ(*sum.confidence, 0.75);
  EXPECT_DOUBLE_EQ(*sum.mean_opinion_score, 4.2);
  EXPECT_DOUBLE_EQ(*sum.without_person, 0.6) << "3 of 5 who were let in";
}

TEST(Insight, DaysAreThoseOfTheBusiness) {
  statistics::Period period;
  period.from = {kThursday - kHour};  // Thursday 00:00 in London
  period.to = {kThursday + 23 * kHour + 24 * kHour};
  const std::vector pieces{piece(kThursday - kHour, CallStatus::answered, 1),
                           piece(kThursday + 23 * kHour, CallStatus::answered, 2)};
  const auto days = by_day(pieces, london(), period);
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days.at(0).date, std::chrono::year(2026) / 10 / 22);
  EXPECT_EQ(days.at(0).totals.calls, 1);
  EXPECT_EQ(days.at(1).totals.calls, 2);
}

TEST(Insight, ADayOfTwentyFiveHoursIsOneDay) {
  statistics::Period period;
  period.from = {kThursday + 3 * 24 * kHour - kHour};  // Sunday 00:00, summer time
  period.to = {kThursday + 4 * 24 * kHour};            // Monday 00:00, winter time
  std::vector<PieceOfCalls> pieces;
  for (auto at = period.from.unix_ms; at < period.to.unix_ms; at += kHour)
    pieces.push_back(piece(at, CallStatus::answered, 1));
  const auto days = by_day(pieces, london(), period);
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days.front().totals.calls, 25);
  const auto week = by_weekday_and_hour(pieces, london());
  EXPECT_EQ(week.at(6).at(1), 2) << "the hour that came twice";
  EXPECT_EQ(week.at(6).at(23), 1);
}

TEST(Insight, PercentilesByNearestRank) {
  const std::vector<TimeClass> classes{{300, 50}, {400, 45}, {500, 4}, {60'000, 1}};
  const auto found = percentiles(classes);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->turns, 100);
  EXPECT_EQ(found->p50_ms, 305);
  EXPECT_EQ(found->p90_ms, 405);
  EXPECT_EQ(found->p95_ms, 405);
  EXPECT_EQ(percentiles(std::vector<TimeClass>{{60'000, 1}})->p50_ms, 60'000) << "at least";
}

TEST(Insight, SourcesAreCountedOneByOne) {
  const std::vector<statistics::SourceUse> uses{{{"hours", "faq:parking"}, 3}, {{"hours"}, 2}, {{}, 5}};
  EXPECT_DOUBLE_EQ(*grounded(uses), 0.5);
  const auto top = top_sources(uses, 1);
  ASSERT_EQ(top.size(), 1U);
  EXPECT_EQ(top.front().source, "hours");
  EXPECT_EQ(top.front().answers, 5);
}

}  // namespace
}  // namespace frontdesk::insight
