#include "config/values.hpp"

#include <algorithm>
#include <string>

#include "reception/messages/message.hpp"

namespace frontdesk::config {
namespace {

using knowledge::kMinutesPerDay;
using knowledge::OpenInterval;
using knowledge::Price;

constexpr std::int64_t kMaxPrice = 1'000'000'000;
constexpr std::size_t kShortestNumber = 8;  // with the plus: emergency and short numbers are not called
constexpr std::size_t kLongestNumber = 16;  // E.164
constexpr std::size_t kLongestAddress = 120;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<int> whole(std::string_view text, std::size_t max_digits) {
  if (text.empty() || text.size() > max_digits) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// "08:00", "8", "24:00" in minutes.
std::optional<int> clock_minutes(std::string_view text) {
  const auto parts = split(text, ':');
  const auto hour = whole(parts[0], 2);
  const auto minute = parts.size() == 2 ? whole(parts[1], 2) : std::optional(0);
  if (parts.size() > 2 || !hour || !minute || *minute > 59 || *hour > 24 || (*hour == 24 && *minute > 0))
    return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<OpenInterval> interval(std::string_view text) {
  const auto ends = split(text, '-');
  if (ends.size() != 2) return std::nullopt;
  const auto from = clock_minutes(ends[0]);
  auto to = clock_minutes(ends[1]);
  if (!from || !to || *from == *to || *from >= kMinutesPerDay) return std::nullopt;
  if (*to < *from) *to += kMinutesPerDay;
  return OpenInterval{*from, *to};
}

std::optional<std::int64_t> micros(std::string_view text) {
  const auto parts = split(text, '.');
  const auto units = whole(parts[0], 9);
  if (parts.size() > 2 || !units || *units > kMaxPrice) return std::nullopt;
  std::int64_t value = std::int64_t{*units} * 1'000'000;
  if (parts.size() == 2) {
    const auto cents = whole(parts[1], 2);
    if (!cents) return std::nullopt;
    value += std::int64_t{*cents} * (parts[1].size() == 1 ? 100'000 : 10'000);
  }
  return value;
}

}  // namespace

std::optional<knowledge::DayHours> parse_day_hours(std::string_view raw) {
  const std::string text = lower(trimmed(raw));
  if (text == "closed") return knowledge::DayHours{};
  if (text == "24 hours" || text == "all day") return knowledge::DayHours{{0, kMinutesPerDay}};
  knowledge::DayHours hours;
  for (const std::string_view part : split(text, ',')) {
    const auto one = interval(part);
    if (!one || (!hours.empty() && one->from < hours.back().to)) return std::nullopt;
    hours.push_back(*one);
  }
  return hours;
}

std::optional<int> parse_weekday(std::string_view raw) {
  const std::string text = lower(trimmed(raw));
  if (text.size() < 3) return std::nullopt;
  for (int day = 0; day < 7; ++day) {
    if (lower(knowledge::weekday_name(day)).starts_with(text)) return day;
  }
  return std::nullopt;
}

bool add_weekdays(std::string_view text, std::array<bool, 7>& days) {
  for (const std::string_view part : split(text, ',')) {
    const auto ends = split(part, '-');
    const auto first = parse_weekday(ends[0]);
    const auto last = ends.size() == 2 ? parse_weekday(ends[1]) : first;
    if (ends.size() > 2 || !first || !last) return false;
    for (int day = *first;; day = (day + 1) % 7) {
      days[static_cast<std::size_t>(day)] = true;
      if (day == *last) break;
    }
  }
  return true;
}

std::optional<Price> parse_price(std::string_view raw) {
  const std::string text = lower(trimmed(raw));
  if (text == "free") return Price{Price::Kind::free, 0, 0};
  if (text == "on request") return Price{Price::Kind::on_request, 0, 0};
  if (text.starts_with("from ")) {
    const auto low = micros(trimmed(std::string_view(text).substr(5)));
    return low ? std::optional(Price{Price::Kind::from, *low, 0}) : std::nullopt;
  }
  const auto ends = split(text, '-');
  const auto low = micros(ends[0]);
  if (!low || ends.size() > 2) return std::nullopt;
  if (ends.size() == 1) return Price{Price::Kind::exact, *low, 0};
  const auto high = micros(ends[1]);
  if (!high || *high <= *low) return std::nullopt;
  return Price{Price::Kind::range, *low, *high};
}

std::optional<std::string> parse_transfer(std::string_view text, std::string_view country) {
  if (text.starts_with("sip:")) {
    // It goes into the head of a message: nothing that could end a line or an address there.
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
      return c > ' ' && c < '\x7f' && std::string_view("<>\"\\,").find(c) == std::string_view::npos;
    });
    if (!plain || text.size() <= 4 || text.size() > kLongestAddress) return std::nullopt;
    return std::string(text);
  }
  std::string digits;
  for (const char c : text)
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  auto number = messages::to_e164(digits, country);
  if (number.starts_with('+') && number.size() >= kShortestNumber && number.size() <= kLongestNumber) return number;
  return std::nullopt;
}

std::optional<ConfigDate> parse_date(std::string_view text) {
  const auto parts = split(text, '-');
  const bool yearly = parts.size() == 2;
  if (!yearly && parts.size() != 3) return std::nullopt;
  const auto year = yearly ? std::optional(2000) : whole(parts[0], 4);
  const auto month = whole(parts[parts.size() - 2], 2);
  const auto day = whole(parts.back(), 2);
  if (!year || !month || !day) return std::nullopt;
  const knowledge::Date date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                             std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return ConfigDate{date, yearly};
}

}  // namespace frontdesk::config
