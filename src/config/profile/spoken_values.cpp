#include "config/profile/spoken_values.hpp"

#include <array>
#include <cstdio>

#include "config/values.hpp"

namespace frontdesk::profile {
namespace {

constexpr int kMinutesPerHour = 60;
constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kMicrosPerHundredth = 10'000;

template <class... Numbers>
std::string formatted(const char* format, Numbers... numbers) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), format, numbers...);
  return text.data();
}

/// Midnight at a day's end is 24:00; later, the next day's time.
std::string clock_of(int minute) {
  if (minute > knowledge::kMinutesPerDay) minute -= knowledge::kMinutesPerDay;
  return formatted("%02d:%02d", minute / kMinutesPerHour, minute % kMinutesPerHour);
}

std::string amount(std::int64_t micros) {
  const auto hundredths = micros % kMicros / kMicrosPerHundredth;
  const auto whole = std::to_string(micros / kMicros);
  return hundredths == 0 ? whole : whole + formatted(".%02d", static_cast<int>(hundredths));
}

}  // namespace

std::optional<knowledge::DayHours> day_hours_of(const DayRanges& ranges) {
  if (ranges.empty()) return knowledge::DayHours{};
  std::string text;
  for (const auto& range : ranges) text += (text.empty() ? "" : ", ") + range.from + "-" + range.to;
  return config::parse_day_hours(text);
}

DayRanges ranges_of(const knowledge::DayHours& hours) {
  DayRanges ranges;
  for (const auto& open : hours) ranges.push_back({clock_of(open.from), clock_of(open.to)});
  return ranges;
}

std::string written(const knowledge::Price& price) {
  using Kind = knowledge::Price::Kind;
  switch (price.kind) {
    case Kind::none:
      return {};
    case Kind::exact:
      return amount(price.low_micros);
    case Kind::from:
      return "from " + amount(price.low_micros);
    case Kind::range:
      return amount(price.low_micros) + "-" + amount(price.high_micros);
    case Kind::free:
      return "free";
    case Kind::on_request:
      return "on request";
  }
  return {};
}

std::string written(knowledge::Date date, bool yearly) {
  const auto month = static_cast<unsigned>(date.month());
  const auto day = static_cast<unsigned>(date.day());
  if (yearly) return formatted("%02u-%02u", month, day);
  return formatted("%04d-%02u-%02u", static_cast<int>(date.year()), month, day);
}

}  // namespace frontdesk::profile
