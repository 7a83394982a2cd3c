// Opening hours and prices between their JSON and the facts of the business.
#pragma once
#include <optional>
#include <string>

#include "config/profile/profile.hpp"
#include "reception/knowledge/business.hpp"

namespace frontdesk::profile {

/// nullopt: they overlap, are out of order, or are no times of day.
std::optional<knowledge::DayHours> day_hours_of(const DayRanges& ranges);
DayRanges ranges_of(const knowledge::DayHours& hours);

/// As config::parse_price reads it.
std::string written(const knowledge::Price& price);
/// "2026-12-25", or "12-25" for every year.
std::string written(knowledge::Date date, bool yearly);

}  // namespace frontdesk::profile
