#include "meter/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace frontdesk::meter {
namespace {

double nearest_rank(std::span<const double> sorted, double percent) {
  if (sorted.empty()) return 0;
  const double rank = std::ceil(std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

double percentile(std::span<const double> values, double percent) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return nearest_rank(sorted, percent);
}

DistributionSummary summarise(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {values.size(),
          values.front(),
          sum / static_cast<double>(values.size()),
          nearest_rank(values, 50),
          nearest_rank(values, 95),
          nearest_rank(values, 99),
          values.back()};
}

std::string to_string(const DistributionSummary& summary) {
  const auto whole = [](double value) { return std::to_string(std::llround(value)); };
  return "n=" + std::to_string(summary.count) + " p50=" + whole(summary.p50) + " p95=" + whole(summary.p95) +
         " p99=" + whole(summary.p99) + " max=" + whole(summary.max);
}

}  // namespace frontdesk::meter
