// Calendar decisions: open now? until when? what are the hours on that day? All pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "reception/business_hours/time_zone.hpp"
#include "reception/knowledge/opening_hours.hpp"

namespace frontdesk::business_hours {

/// How far ahead an opening is looked for.
inline constexpr int kSearchDays = 400;

struct DayPlan {
  Date date;
  knowledge::DayHours open;                        ///< empty: closed
  const knowledge::SpecialDay* special = nullptr;  ///< set when that day differs from the week
};

/// The hours that start on `date`. A special day wins over the week; among several, the shortest.
DayPlan plan_for(const knowledge::OpeningHours& hours, Date date);

/// A wall-clock moment; minute is 0 to 1439.
struct Moment {
  Date date;
  int minute = 0;
  base::UtcTime utc;
  friend bool operator==(const Moment&, const Moment&) = default;
};

struct OpenState {
  bool open = false;
  std::optional<Moment> closes;  ///< while open: the end of this interval
  std::optional<Moment> opens;   ///< while closed: the next opening, within kSearchDays
  bool on_break = false;         ///< closed now, but was open and opens again on the same day
  bool always = false;           ///< open without a gap beyond kSearchDays
};

OpenState state_at(const knowledge::OpeningHours& hours, const TimeZone& zone, base::UtcTime now);

/// The first occurrence of a special day called so (by name or alias, any case) that ends on or after
/// `from`. nullopt when none has that name.
std::optional<Date> find_special(const knowledge::OpeningHours& hours, std::string_view name, Date from);

}  // namespace frontdesk::business_hours
