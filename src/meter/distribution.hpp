// Percentiles of a list of measurements, by nearest rank: every figure is one that was measured.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace frontdesk::meter {

/// `percent` in [0, 100]; 0 for no values.
double percentile(std::span<const double> values, double percent);

struct DistributionSummary {
  std::size_t count = 0;
  double min = 0;
  double mean = 0;
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
  double max = 0;
};

DistributionSummary summarise(std::vector<double> values);

/// "n=120 p50=312 p95=401 p99=455 max=460", rounded to whole units.
std::string to_string(const DistributionSummary& summary);

}  // namespace frontdesk::meter
