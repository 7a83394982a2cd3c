#include "load/schedule.hpp"

#include <gtest/gtest.h>

namespace frontdesk::load {
namespace {

using base::milliseconds;
using base::seconds;

LoadOptions options(std::size_t calls, double rate, base::Duration length = seconds(60)) {
  LoadOptions out;
  out.calls = calls;
  out.rate = rate;
  out.length = length;
  return out;
}

/// As many calls as a schedule places in `length` if none ends.
std::size_t placed(Schedule& schedule, base::Duration from, base::Duration to, std::size_t up) {
  std::size_t sum = 0;
  for (auto at = from; at < to; at += milliseconds(5)) sum += schedule.take(at, up + sum);
  return sum;
}

}  // namespace

TEST(Schedule, CallsLastAsLongAsKeepsTheirNumberUp) {
  EXPECT_EQ(hold_of(options(500, 50)), seconds(10));
  EXPECT_EQ(hold_of(options(20, 0)), seconds(60));
  EXPECT_EQ(hold_of(options(0, 50)), kShortCall);
  auto named = options(500, 50);
  named.hold = seconds(3);
  EXPECT_EQ(hold_of(named), seconds(3));
}

TEST(Schedule, PlacesAtTheRate) {
  Schedule schedule(options(0, 50));
  EXPECT_EQ(schedule.take(base::Duration{0}, 0), 1U);
  EXPECT_EQ(schedule.take(milliseconds(19), 1), 0U);
  EXPECT_EQ(schedule.take(milliseconds(20), 1), 1U);
  EXPECT_EQ(placed(schedule, milliseconds(20), seconds(10), 2), 498U);
}

TEST(Schedule, ALateClockCatchesUp) {
  Schedule schedule(options(0, 200));
  EXPECT_EQ(schedule.take(milliseconds(100), 0), 21U);
}

TEST(Schedule, StopsAtTheNumberAndReplacesWhatEnds) {
  Schedule schedule(options(10, 0));
  EXPECT_EQ(placed(schedule, base::Duration{0}, seconds(5), 0), 10U);
  EXPECT_EQ(schedule.take(seconds(5), 10), 0U);
  EXPECT_EQ(schedule.take(seconds(6), 8), 2U);
  EXPECT_EQ(schedule.take(seconds(6), 10), 0U);
}

TEST(Schedule, DoesNotMakeUpForWhatCouldNotBePlaced) {
  Schedule schedule(options(10, 10));
  EXPECT_EQ(schedule.take(base::Duration{0}, 10), 0U);
  EXPECT_EQ(schedule.take(seconds(30), 10), 0U);
  EXPECT_EQ(schedule.take(seconds(30) + milliseconds(100), 0), 1U);
}

TEST(Schedule, EndsWithItsTime) {
  Schedule schedule(options(10, 0, seconds(1)));
  EXPECT_FALSE(schedule.over(milliseconds(999)));
  EXPECT_TRUE(schedule.over(seconds(1)));
  EXPECT_EQ(schedule.take(seconds(1), 0), 0U);
}

}  // namespace frontdesk::load
