#include "load/deviations.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::load {

void Deviations::add(base::Duration time) {
  const base::Duration size = time < base::Duration{0} ? -time : time;
  const auto bucket = std::min<std::int64_t>(size / kStep, kBuckets - 1);
  ++buckets_[static_cast<std::size_t>(bucket)];
  ++count_;
  max_ = std::max(max_, size);
}

base::Duration Deviations::percentile(double percent) const {
  if (count_ == 0) return base::Duration{0};
  const auto rank = static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i + 1 < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= std::max<std::uint64_t>(rank, 1)) return std::min(kStep * static_cast<std::int64_t>(i + 1), max_);
  }
  return max_;
}

}  // namespace frontdesk::load
