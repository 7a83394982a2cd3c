// How many calls may be put through in an hour and in a day: what a talkative fraud can cost at most. Pure.
#pragma once
#include <deque>

#include "base/time.hpp"

namespace frontdesk::transfer {

struct BudgetLimits {
  int per_hour = 30;
  int per_day = 150;
};

class Budget {
 public:
  explicit Budget(BudgetLimits limits) : limits_(limits) {}
  /// False: no more for the moment. What is taken counts for the next 24 hours.
  bool take(base::Instant now);
  /// What was taken goes on counting.
  void set_limits(BudgetLimits limits) { limits_ = limits; }

 private:
  BudgetLimits limits_;
  std::deque<base::Instant> taken_;  ///< within a day
};

}  // namespace frontdesk::transfer
