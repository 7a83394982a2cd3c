#include "reception/transfer/budget.hpp"

#include <algorithm>

namespace frontdesk::transfer {
namespace {

constexpr base::Duration kHour = base::seconds(3600);
constexpr base::Duration kDay = 24 * kHour;

}  // namespace

bool Budget::take(base::Instant now) {
  while (!taken_.empty() && now - taken_.front() >= kDay) taken_.pop_front();
  const auto recent =
      std::count_if(taken_.begin(), taken_.end(), [&](base::Instant each) { return now - each < kHour; });
  if (static_cast<int>(taken_.size()) >= limits_.per_day || recent >= limits_.per_hour) return false;
  taken_.push_back(now);
  return true;
}

}  // namespace frontdesk::transfer
