#include "reception/business_hours/business_hours.hpp"

#include <algorithm>

namespace frontdesk::business_hours {
namespace {

using knowledge::DayHours;
using knowledge::kMinutesPerDay;
using knowledge::OpeningHours;
using knowledge::OpenInterval;
using knowledge::SpecialDay;

/// A longer gap on one day is two openings, not a break.
constexpr std::int64_t kLongestBreakMs = 4LL * 60 * 60 * 1000;

/// The special day's dates in the year that could cover `date`; a yearly period may run over new year.
std::pair<Date, Date> dates_near(const SpecialDay& day, Date date) {
  if (!day.yearly) return {day.first, day.last};
  const bool wraps = std::pair(day.last.month(), day.last.day()) < std::pair(day.first.month(), day.first.day());
  auto year = date.year();
  if (wraps && std::pair(date.month(), date.day()) <= std::pair(day.last.month(), day.last.day())) {
    year -= std::chrono::years(1);
  }
  const auto in_year = [](Date d, std::chrono::year y) {
    Date moved{y, d.month(), d.day()};
    return moved.ok() ? moved : Date(y / d.month() / std::chrono::last);
  };
  return {in_year(day.first, year), in_year(day.last, wraps ? year + std::chrono::years(1) : year)};
}

int length_days(const std::pair<Date, Date>& period) {
  return static_cast<int>((std::chrono::sys_days(period.second) - std::chrono::sys_days(period.first)).count());
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

Moment moment(const TimeZone& zone, base::UtcTime utc) {
  const LocalTime local = to_local(zone, utc);
  return {local.date, local.minute, utc};
}

struct Span {
  base::UtcTime from, to;
};

void append_spans(const OpeningHours& hours, const TimeZone& zone, Date date, std::vector<Span>& out) {
  for (const OpenInterval& interval : plan_for(hours, date).open) {
    const Span span{to_utc(zone, date, interval.from), to_utc(zone, date, interval.to)};
    if (span.to <= span.from) continue;  // swallowed by a clock change
    if (!out.empty() && span.from <= out.back().to) {
      out.back().to = std::max(out.back().to, span.to);
    } else {
      out.push_back(span);
    }
  }
}

}  // namespace

DayPlan plan_for(const OpeningHours& hours, Date date) {
  DayPlan plan{date, hours.week[static_cast<std::size_t>(weekday_of(date))], nullptr};
  int shortest = 0;
  for (const SpecialDay& day : hours.special) {
    const auto period = dates_near(day, date);
    if (date < period.first || date > period.second) continue;
    const int length = length_days(period);
    if (plan.special != nullptr && length >= shortest) continue;
    plan.special = &day;
    plan.open = day.open;
    shortest = length;
  }
  return plan;
}

OpenState state_at(const OpeningHours& hours, const TimeZone& zone, base::UtcTime now) {
  OpenState state;
  const Date today = to_local(zone, now).date;
  std::vector<Span> spans;
  for (int ahead = -2; ahead <= kSearchDays; ++ahead) {
    append_spans(hours, zone, add_days(today, ahead), spans);
    // A span is final once a later one has begun or a whole day has passed without extending it.
    for (std::size_t i = 0; i < spans.size(); ++i) {
      const bool last = i + 1 == spans.size();
      if (last && to_local(zone, spans[i].to).date >= add_days(today, ahead) && ahead < kSearchDays) break;
      if (spans[i].to <= now) {
        state.on_break = to_local(zone, spans[i].to).date == today;
        continue;
      }
      if (spans[i].from <= now) {
        state.open = true;
        state.on_break = false;
        state.always = last && ahead == kSearchDays && to_local(zone, spans[i].to).date >= add_days(today, ahead);
        if (!state.always) state.closes = moment(zone, spans[i].to);
      } else {
        state.opens = moment(zone, spans[i].from);
        const bool short_gap = i > 0 && spans[i].from.unix_ms - spans[i - 1].to.unix_ms <= kLongestBreakMs;
        state.on_break = state.on_break && state.opens->date == today && short_gap;
      }
      return state;
    }
  }
  state.on_break = false;
  return state;
}

std::optional<Date> find_special(const OpeningHours& hours, std::string_view name, Date from) {
  std::optional<Date> best;
  for (const SpecialDay& day : hours.special) {
    const bool named = equal_ignoring_case(day.name, name) ||
                       std::any_of(day.aliases.begin(), day.aliases.end(),
                                   [&](const std::string& alias) { return equal_ignoring_case(alias, name); });
    if (!named) continue;
    auto period = dates_near(day, from);
    if (day.yearly && period.second < from)
      period = dates_near(day, Date(from.year() + std::chrono::years(1), from.month(), std::chrono::day(1)));
    if (period.second < from) continue;
    const Date date = std::max(period.first, from);
    if (!best || date < *best) best = date;
  }
  return best;
}

}  // namespace frontdesk::business_hours
