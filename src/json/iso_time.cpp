#include "json/iso_time.hpp"

#include "base/iso_time.hpp"

namespace frontdesk::json {
namespace {

using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

/// Takes digits and signs off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : left_(text) {}
  bool done() const { return left_.empty(); }

  bool skip(std::string_view any_of) {
    if (left_.empty() || any_of.find(left_.front()) == std::string_view::npos) return false;
    last_ = left_.front();
    left_.remove_prefix(1);
    return true;
  }
  char skipped() const { return last_; }

  /// Exactly `digits` digits, at most `greatest`.
  std::optional<int> number(std::size_t digits, int greatest) {
    if (left_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : left_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    left_.remove_prefix(digits);
    return value <= greatest ? std::optional(value) : std::nullopt;
  }

 private:
  std::string_view left_;
  char last_ = 0;
};

std::optional<std::chrono::sys_days> read_date(Cursor& cursor) {
  const auto year = cursor.number(4, 9999);
  if (!year || *year < 1970 || !cursor.skip("-")) return std::nullopt;
  const auto month = cursor.number(2, 12);
  if (!month || !cursor.skip("-")) return std::nullopt;
  const auto day = cursor.number(2, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// ".5", ".123", ".123456": milliseconds, the rest is cut off.
std::optional<int> read_fraction(Cursor& cursor) {
  int value = 0;
  int scale = 100;
  int digits = 0;
  while (const auto digit = cursor.number(1, 9)) {
    value += *digit * scale;
    scale /= 10;
    if (++digits > 9) return std::nullopt;
  }
  return digits > 0 ? std::optional(value) : std::nullopt;
}

std::optional<std::chrono::milliseconds> read_clock(Cursor& cursor) {
  const auto hour = cursor.number(2, 23);
  if (!hour || !cursor.skip(":")) return std::nullopt;
  const auto minute = cursor.number(2, 59);
  if (!minute) return std::nullopt;
  std::chrono::milliseconds clock = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!cursor.skip(":")) return clock;
  const auto second = cursor.number(2, 59);
  if (!second) return std::nullopt;
  clock += std::chrono::seconds(*second);
  if (!cursor.skip(".")) return clock;
  const auto fraction = read_fraction(cursor);
  if (!fraction) return std::nullopt;
  return clock + std::chrono::milliseconds(*fraction);
}

/// How far the written time is ahead of UTC.
std::optional<std::chrono::minutes> read_offset(Cursor& cursor) {
  if (cursor.skip("Zz")) return std::chrono::minutes(0);
  if (!cursor.skip("+- ")) return std::nullopt;
  const int sign = cursor.skipped() == '-' ? -1 : 1;
  const auto hours = cursor.number(2, 23);
  if (!hours || !cursor.skip(":")) return std::nullopt;
  const auto minutes = cursor.number(2, 59);
  if (!minutes) return std::nullopt;
  return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

}  // namespace

std::string iso_time(base::UtcTime time) {
  return base::iso_time(time);
}

std::optional<base::UtcTime> parse_iso_time(std::string_view text) {
  Cursor cursor(text);
  const auto date = read_date(cursor);
  if (!date) return std::nullopt;
  Milliseconds point = *date;
  if (!cursor.done()) {
    if (!cursor.skip("Tt")) return std::nullopt;
    const auto clock = read_clock(cursor);
    if (!clock) return std::nullopt;
    const auto offset = read_offset(cursor);
    if (!offset || !cursor.done()) return std::nullopt;
    point += *clock - *offset;
  }
  return base::UtcTime{point.time_since_epoch().count()};
}

}  // namespace frontdesk::json
