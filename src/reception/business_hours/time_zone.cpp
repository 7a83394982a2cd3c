#include "reception/business_hours/time_zone.hpp"

#include <algorithm>
#include <optional>

namespace frontdesk::business_hours {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::size_t kHeaderBytes = 44;
constexpr std::size_t kMaxTransitions = 4096;
constexpr std::string_view kDomain = "time_zone";

std::int64_t day_number(Date date) {
  return sys_days(date).time_since_epoch().count();
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~0ULL : 0;
  for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

/// RFC 8536, section 3.1: the counts of one header.
struct Header {
  char version = 0;
  std::size_t isut = 0, isstd = 0, leap = 0, times = 0, types = 0, chars = 0;
  std::size_t block_bytes(std::size_t time_size) const {
    return times * time_size + times + types * 6 + chars + leap * (time_size + 4) + isstd + isut;
  }
};

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif")) return std::nullopt;
  const auto count = [&](std::size_t at) {
    return static_cast<std::size_t>(big_endian(bytes.substr(at, 4)) & 0xffffffff);
  };
  Header header{bytes[4], count(20), count(24), count(28), count(32), count(36), count(40)};
  if (header.times > kMaxTransitions || header.types == 0 || header.types > 256 || header.chars > kMaxTransitions ||
      header.leap > kMaxTransitions || header.isstd > header.types || header.isut > header.types) {
    return std::nullopt;
  }
  return header;
}

/// A date rule of a POSIX TZ string: "M3.5.0/1", "J60", "59".
struct ChangeRule {
  enum class Kind { month_week_day, julian, day_of_year } kind = Kind::month_week_day;
  int month = 0, week = 0, day = 0;
  int seconds = 7200;

  std::int64_t local_seconds(int year) const {
    const Date new_year{std::chrono::year(year), std::chrono::January, std::chrono::day(1)};
    std::int64_t at = day_number(new_year);
    if (kind == Kind::julian) {
      at += day - 1 + (std::chrono::year(year).is_leap() && day >= 60 ? 1 : 0);
    } else if (kind == Kind::day_of_year) {
      at += day;
    } else {
      at = week_day(year);
    }
    return at * kSecondsPerDay + seconds;
  }

 private:
  std::int64_t week_day(int year) const {
    using namespace std::chrono;
    const auto month_of = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month));
    const weekday wanted(static_cast<unsigned>(day));
    const sys_days at =
        week == 5 ? sys_days(month_of / wanted[last]) : sys_days(month_of / wanted[static_cast<unsigned>(week)]);
    return at.time_since_epoch().count();
  }
};

/// Reads the footer, e.g. "GMT0BST,M3.5.0/1,M10.5.0" (POSIX.1-2017, section 8.3).
class FooterReader {
 public:
  explicit FooterReader(std::string_view text) : text_(text) {}

  struct Rules {
    std::int32_t standard = 0;
    std::int32_t daylight = 0;
    ChangeRule start, end;
  };

  /// nullopt: no daylight saving, or not readable; then the last listed transition holds for ever.
  std::optional<Rules> read() {
    Rules rules;
    if (!skip_name()) return std::nullopt;
    const auto standard = offset();
    if (!standard || !skip_name()) return std::nullopt;
    rules.standard = -*standard;
    rules.daylight = rules.standard + 3600;
    if (!text_.empty() && text_.front() != ',') {
      const auto daylight = offset();
      if (!daylight) return std::nullopt;
      rules.daylight = -*daylight;
    }
    if (!rule(rules.start) || !rule(rules.end) || !text_.empty()) return std::nullopt;
    return rules;
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool skip_name() {
    if (take('<')) {
      const auto end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    std::size_t length = 0;
    while (length < text_.size() && ((text_[length] | 0x20) >= 'a' && (text_[length] | 0x20) <= 'z')) ++length;
    text_.remove_prefix(length);
    return length >= 3;
  }
  std::optional<int> number() {
    int value = 0;
    std::size_t length = 0;
    while (length < text_.size() && length < 4 && text_[length] >= '0' && text_[length] <= '9') {
      value = value * 10 + (text_[length++] - '0');
    }
    text_.remove_prefix(length);
    return length == 0 ? std::nullopt : std::optional(value);
  }
  /// [+-]hh[:mm[:ss]] in seconds.
  std::optional<std::int32_t> offset() {
    const bool negative = take('-');
    if (!negative) take('+');
    const auto hours = number();
    if (!hours) return std::nullopt;
    int seconds = *hours * 3600;
    for (const int unit : {60, 1}) {
      if (!take(':')) break;
      const auto part = number();
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return negative ? -seconds : seconds;
  }
  bool rule(ChangeRule& out) {
    if (!take(',')) return false;
    if (take('M')) {
      const auto month = number();
      const bool dot1 = take('.');
      const auto week = number();
      const bool dot2 = take('.');
      const auto day = number();
      if (!month || !week || !day || !dot1 || !dot2 || *month < 1 || *month > 12 || *week < 1 || *week > 5 ||
          *day > 6) {
        return false;
      }
      out.month = *month, out.week = *week, out.day = *day;
    } else {
      out.kind = take('J') ? ChangeRule::Kind::julian : ChangeRule::Kind::day_of_year;
      const auto day = number();
      if (!day || *day > 366) return false;
      out.day = *day;
    }
    if (take('/')) {
      const auto at = offset();
      if (!at) return false;
      out.seconds = *at;
    }
    return true;
  }

  std::string_view text_;
};

void expand_footer(std::string_view footer, TimeZone& zone) {
  const auto rules = FooterReader(footer).read();
  if (!rules) return;
  const std::int64_t listed_until = zone.transitions.empty() ? INT64_MIN : zone.transitions.back().at;
  int year = 1970;
  if (!zone.transitions.empty()) {
    const sys_days at{days(floor_div(listed_until, kSecondsPerDay))};
    year = static_cast<int>(Date(at).year());
  }
  for (; year <= kLastExpandedYear; ++year) {
    std::array<ZoneTransition, 2> changes{{{rules->start.local_seconds(year) - rules->standard, rules->daylight},
                                           {rules->end.local_seconds(year) - rules->daylight, rules->standard}}};
    std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    for (const ZoneTransition& change : changes) {
      if (change.at > listed_until) zone.transitions.push_back(change);
    }
  }
}

bool read_block(std::string_view block, const Header& header, std::size_t time_size, TimeZone& zone) {
  const std::string_view indices = block.substr(header.times * time_size, header.times);
  const std::string_view types = block.substr(header.times * (time_size + 1), header.types * 6);
  const auto offset_of = [&](std::size_t type) {
    return static_cast<std::int32_t>(big_endian(types.substr(type * 6, 4)));
  };
  zone.first_offset = offset_of(0);
  for (std::size_t i = 0; i < header.times; ++i) {
    const std::size_t type = static_cast<unsigned char>(indices[i]);
    if (type >= header.types) return false;
    const std::int64_t at = big_endian(block.substr(i * time_size, time_size));
    if (!zone.transitions.empty() && at <= zone.transitions.back().at) return false;
    zone.transitions.push_back({at, offset_of(type)});
  }
  return true;
}

}  // namespace

std::int32_t TimeZone::offset_at(std::int64_t utc_seconds) const {
  const auto after = std::upper_bound(transitions.begin(), transitions.end(), utc_seconds,
                                      [](std::int64_t at, const ZoneTransition& t) { return at < t.at; });
  return after == transitions.begin() ? first_offset : std::prev(after)->offset_seconds;
}

base::Result<TimeZone> parse_tzif(std::string_view name, std::string_view bytes) {
  const auto damaged = [&] {
    return base::fail(base::ErrorCode::data_loss, kDomain,
                      "the time zone file of " + std::string(name) + " is damaged: reinstall the package tzdata");
  };
  auto header = read_header(bytes);
  if (!header) return damaged();
  std::size_t time_size = 4;
  if (header->version >= '2') {
    const std::size_t skip = kHeaderBytes + header->block_bytes(4);
    if (bytes.size() < skip) return damaged();
    bytes.remove_prefix(skip);
    header = read_header(bytes);
    if (!header) return damaged();
    time_size = 8;
  }
  bytes.remove_prefix(kHeaderBytes);
  const std::size_t length = header->block_bytes(time_size);
  TimeZone zone;
  zone.name = name;
  if (bytes.size() < length || !read_block(bytes.substr(0, length), *header, time_size, zone)) return damaged();
  std::string_view footer = bytes.substr(length);
  if (time_size == 8 && footer.size() >= 2 && footer.front() == '\n' && footer.back() == '\n') {
    expand_footer(footer.substr(1, footer.size() - 2), zone);
  }
  return zone;
}

LocalTime to_local(const TimeZone& zone, base::UtcTime utc) {
  const std::int64_t utc_seconds = floor_div(utc.unix_ms, 1000);
  const std::int64_t local = utc_seconds + zone.offset_at(utc_seconds);
  const std::int64_t day = floor_div(local, kSecondsPerDay);
  return {Date(sys_days{days(day)}), static_cast<int>((local - day * kSecondsPerDay) / 60)};
}

base::UtcTime to_utc(const TimeZone& zone, Date date, int minute) {
  const std::int64_t local = day_number(date) * kSecondsPerDay + static_cast<std::int64_t>(minute) * 60;
  // The two offsets around the moment; zones change at most once in two days.
  const std::int32_t before = zone.offset_at(local - kSecondsPerDay);
  const std::int32_t after = zone.offset_at(local + kSecondsPerDay);
  const std::int64_t first = local - before;
  if (zone.offset_at(first) == before) return {first * 1000};
  const std::int64_t second = local - after;
  if (zone.offset_at(second) == after) return {second * 1000};
  // Skipped by a change: the moment of that change.
  const auto change = std::upper_bound(zone.transitions.begin(), zone.transitions.end(), std::min(first, second) - 1,
                                       [](std::int64_t at, const ZoneTransition& t) { return at < t.at; });
  return {(change == zone.transitions.end() ? first : change->at) * 1000};
}

Date add_days(Date date, int count) {
  return Date(sys_days(date) + days(count));
}

int weekday_of(Date date) {
  return static_cast<int>(std::chrono::weekday(sys_days(date)).iso_encoding()) - 1;
}

}  // namespace frontdesk::business_hours
