// When a business is open, as its owner writes it: local wall-clock intervals per weekday, and days
// that differ. What "now" means is decided in reception/business_hours.
#pragma once
#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace frontdesk::knowledge {

using Date = std::chrono::year_month_day;

inline constexpr int kMinutesPerDay = 24 * 60;

/// Local minutes since midnight, [from, to). `to` may exceed 1440 (at most 2880): 22:00-02:00 is
/// {1320, 1560} and belongs to the day it starts on.
struct OpenInterval {
  int from = 0;
  int to = 0;
  friend bool operator==(const OpenInterval&, const OpenInterval&) = default;
};

/// Sorted, not overlapping. Empty means closed.
using DayHours = std::vector<OpenInterval>;

/// A holiday, or a period with other hours. Dates are inclusive.
struct SpecialDay {
  std::string name;                  ///< "Christmas Day"
  std::vector<std::string> aliases;  ///< "Christmas", "Xmas"
  Date first;
  Date last;
  bool yearly = false;  ///< the years of first and last do not count
  DayHours open;        ///< empty: closed
};

struct OpeningHours {
  std::array<DayHours, 7> week;  ///< [0] is Monday
  std::vector<SpecialDay> special;
  bool stated = false;  ///< the owner gave hours; otherwise nothing may be said about them
};

}  // namespace frontdesk::knowledge
