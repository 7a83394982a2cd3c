// What the figures of many calls say: totals, days and hours as the business counts them, percentiles of times. A
// figure nothing is known about is absent, never 0.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reception/business_hours/time_zone.hpp"
#include "store/statistics/call_statistics.hpp"

namespace frontdesk::insight {

struct Totals {
  std::int64_t calls = 0;
  std::int64_t answered = 0;  ///< and not put through to anybody
  std::int64_t transferred = 0;
  std::int64_t missed = 0;    ///< the caller gave up before the answer
  std::int64_t rejected = 0;  ///< by the owner's rules, or because every line was taken
  std::int64_t failed = 0;    ///< by our fault or the line's, or cut off when the program stopped
  std::int64_t in_progress = 0;
  std::optional<std::int64_t> mean_duration_ms;  ///< of those that were answered
  std::optional<double> confidence;              ///< mean over the calls that have one, 0 to 1
  std::optional<double> mean_opinion_score;      ///< likewise, 1 to 5
  /// Of the callers who were let in and are gone, those who needed nobody else, 0 to 1.
  std::optional<double> without_person;
};

Totals totals(std::span<const statistics::PieceOfCalls> pieces);

struct Day {
  business_hours::Date date;
  Totals totals;
};

/// From hourly pieces, one for each local day from the first to the last of the period, those without calls too.
std::vector<Day> by_day(std::span<const statistics::PieceOfCalls> hours, const business_hours::TimeZone& zone,
                        const statistics::Period& period);

/// Calls by weekday (0 is Monday) and local hour.
using WeekOfHours = std::array<std::array<std::int64_t, 24>, 7>;
WeekOfHours by_weekday_and_hour(std::span<const statistics::PieceOfCalls> hours, const business_hours::TimeZone& zone);

struct Percentiles {
  std::int64_t turns = 0;
  std::int64_t p50_ms = 0, p90_ms = 0, p95_ms = 0;
};

/// By nearest rank, in the middle of the class; none without turns.
std::optional<Percentiles> percentiles(std::span<const statistics::TimeClass> classes);

/// Answers that rest on a fact, of all answers, 0 to 1.
std::optional<double> grounded(std::span<const statistics::SourceUse> uses);

/// How often each single source was used, the most used first; at most `limit`.
struct SourceCount {
  std::string source;
  std::int64_t answers = 0;
};
std::vector<SourceCount> top_sources(std::span<const statistics::SourceUse> uses, std::size_t limit);

}  // namespace frontdesk::insight
