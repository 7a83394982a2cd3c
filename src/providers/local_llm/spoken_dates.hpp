// Days and times of day as callers name them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "providers/local_llm/utterance.hpp"
#include "reception/knowledge/opening_hours.hpp"

namespace frontdesk::local_llm {

using knowledge::Date;

struct DayMention {
  Date date;
  std::string holiday;  ///< set when it was named as one: "Christmas Day"
  friend bool operator==(const DayMention&, const DayMention&) = default;
};

struct SpokenDates {
  std::vector<DayMention> days;  ///< in order, at most kMaxDays
  bool now = false;              ///< "right now", "at the moment"
  std::string unlisted_holiday;  ///< a holiday this business lists no hours for
  std::optional<int> minute;     ///< "at half past five" -> 1050
};

inline constexpr std::size_t kMaxDays = 3;

/// `today` resolves "tomorrow" and "Friday": the coming one, today included; "next Friday" excludes today.
SpokenDates spoken_dates(const Utterance& utterance, const knowledge::OpeningHours& hours, Date today);

/// "today", "tomorrow", "Saturday", or "Friday the 25th of December" when further than six days away.
std::string day_label(Date date, Date today);

}  // namespace frontdesk::local_llm
