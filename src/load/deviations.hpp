// Many small times in little memory: a histogram of 20 us steps up to 200 ms, and the largest.
#pragma once
#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace frontdesk::load {

class Deviations {
 public:
  Deviations() : buckets_(kBuckets) {}

  /// Negative times count as their absolute value.
  void add(base::Duration time);
  std::uint64_t count() const { return count_; }
  base::Duration max() const { return max_; }
  /// The upper edge of the step that holds it, so never less than was measured; 0 for no times. `percent` up to 100.
  base::Duration percentile(double percent) const;

 private:
  static constexpr base::Duration kStep = base::microseconds(20);
  static constexpr std::size_t kBuckets = 10'000;  ///< the last takes everything longer

  std::vector<std::uint32_t> buckets_;
  std::uint64_t count_ = 0;
  base::Duration max_{0};
};

}  // namespace frontdesk::load
