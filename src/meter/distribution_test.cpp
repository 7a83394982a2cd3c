#include "meter/distribution.hpp"

#include <gtest/gtest.h>

namespace frontdesk::meter {

TEST(Distribution, NearestRank) {
  const std::vector<double> values = {50, 15, 35, 20, 40};
  EXPECT_EQ(percentile(values, 5), 15);
  EXPECT_EQ(percentile(values, 30), 20);
  EXPECT_EQ(percentile(values, 40), 20);
  EXPECT_EQ(percentile(values, 50), 35);
  EXPECT_EQ(percentile(values, 100), 50);
  EXPECT_EQ(percentile(values, 0), 15);
  EXPECT_EQ(percentile({}, 50), 0);
}

TEST(Distribution, Summary) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  const auto summary = summarise(values);
  EXPECT_EQ(summary.count, 100U);
  EXPECT_EQ(summary.min, 1);
  EXPECT_EQ(summary.mean, 50.5);
  EXPECT_EQ(summary.p50, 50);
  EXPECT_EQ(summary.p95, 95);
  EXPECT_EQ(summary.p99, 99);
  EXPECT_EQ(summary.max, 100);
  EXPECT_EQ(to_string(summary), "n=100 p50=50 p95=95 p99=99 max=100");
  EXPECT_EQ(summarise({}).count, 0U);
}

}  // namespace frontdesk::meter
