#include "load/deviations.hpp"

#include <gtest/gtest.h>

namespace frontdesk::load {
namespace {

using base::microseconds;
using base::milliseconds;

TEST(Deviations, KnowsNothingAtFirst) {
  const Deviations none;
  EXPECT_EQ(none.count(), 0U);
  EXPECT_EQ(none.percentile(99), base::Duration{0});
}

TEST(Deviations, NeverTellsLessThanWasMeasured) {
  Deviations deviations;
  for (int i = 1; i <= 1000; ++i) deviations.add(microseconds(i % 2 == 0 ? i : -i));
  EXPECT_EQ(deviations.count(), 1000U);
  for (const double percent : {1.0, 50.0, 99.0, 99.9}) {
    const auto exact = microseconds(static_cast<int>(percent * 10));
    EXPECT_GE(deviations.percentile(percent), exact) << percent;
    EXPECT_LE(deviations.percentile(percent), exact + microseconds(20)) << percent;
  }
  EXPECT_EQ(deviations.percentile(100), microseconds(1000));
  EXPECT_EQ(deviations.max(), microseconds(1000));
}

TEST(Deviations, WhatIsBeyondTheScaleIsTheLargest) {
  Deviations deviations;
  for (int i = 0; i < 98; ++i) deviations.add(base::Duration{0});
  deviations.add(milliseconds(900));
  deviations.add(base::seconds(7));
  EXPECT_LE(deviations.percentile(98), microseconds(20));
  EXPECT_EQ(deviations.percentile(99), base::seconds(7));
  EXPECT_EQ(deviations.max(), base::seconds(7));
}

}  // namespace
}  // namespace frontdesk::load
