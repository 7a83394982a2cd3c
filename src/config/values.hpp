// The small languages inside configuration values: "08:00-12:00, 13:00-17:30", "mon-fri", "from 320".
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "reception/knowledge/business.hpp"

namespace frontdesk::config {

/// "08:00-12:00, 13:00-17:30", "22:00-02:00", "24 hours", "closed".
std::optional<knowledge::DayHours> parse_day_hours(std::string_view text);

/// "mon", "Tuesday", ... -> 0 to 6.
std::optional<int> parse_weekday(std::string_view text);

/// Adds "mon-fri", "sat" or "mon, wed" to `days`; false when it is none of these.
bool add_weekdays(std::string_view text, std::array<bool, 7>& days);

/// "65", "12.50", "45-90", "from 320", "free", "on request".
std::optional<knowledge::Price> parse_price(std::string_view text);

/// Whom a call may be put through to: a number of the country or an international one, as E.164, or a SIP address.
std::optional<std::string> parse_transfer(std::string_view text, std::string_view country);

struct ConfigDate {
  knowledge::Date date;
  bool yearly = false;
};

/// "2026-12-25", or "12-25" for every year.
std::optional<ConfigDate> parse_date(std::string_view text);

}  // namespace frontdesk::config
