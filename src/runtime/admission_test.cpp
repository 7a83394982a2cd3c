#include "runtime/admission.hpp"

#include <gtest/gtest.h>

namespace frontdesk::runtime {

TEST(Admission, TakesExactlyTheLimitAndKeepsAReserveForPriorityCallers) {
  const Capacity capacity{20, usual_priority_reserve(20), 10, WhenFull::unavailable};
  std::size_t ordinary = 0;
  for (int i = 0; i < 40; ++i)
    if (!no_room(capacity, {true, false, ordinary, 0}, false)) ++ordinary;
  EXPECT_EQ(ordinary, 20U);
  std::size_t all = ordinary;
  for (int i = 0; i < 40; ++i)
    if (!no_room(capacity, {true, false, all, 0}, true)) ++all;
  EXPECT_EQ(all, 22U);
  EXPECT_EQ(usual_priority_reserve(1), 1U);
  EXPECT_EQ(usual_priority_reserve(95), 10U);
}

TEST(Admission, SaysWhyAndWithWhichStatus) {
  Capacity capacity{2, 0, 10, WhenFull::unavailable};
  EXPECT_EQ(no_room(capacity, {false, false, 0, 0}, true)->reason, "the program was still starting");
  EXPECT_EQ(no_room(capacity, {true, true, 0, 0}, true)->reason, "the program was being stopped");
  EXPECT_EQ(no_room(capacity, {true, false, 2, 0}, false)->status, 503);
  EXPECT_EQ(no_room(capacity, {true, false, 1, 10.5}, true)->status, 503) << "running calls come first";
  capacity.when_full = WhenFull::busy;
  EXPECT_EQ(no_room(capacity, {true, false, 2, 0}, false)->status, 486);
  EXPECT_EQ(no_room(capacity, {true, false, 2, 0}, false)->reason, "all 2 lines were taken");
  EXPECT_EQ(no_room(capacity, {true, true, 2, 0}, false)->status, 503) << "busy is for calls alone";
}

TEST(Admission, KeepsTheFirstRowsOfEveryMinute) {
  RowAllowance allowance(3);
  const base::Instant start{base::seconds(1000)};
  int rows = 0;
  for (int i = 0; i < 590; ++i)
    if (allowance.take(start + base::milliseconds(100 * i))) ++rows;
  EXPECT_EQ(rows, 3);
  EXPECT_TRUE(allowance.take(start + base::seconds(60)));
}

}  // namespace frontdesk::runtime
