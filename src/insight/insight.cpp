#include "insight/insight.hpp"

#include <algorithm>
#include <map>

namespace frontdesk::insight {
namespace {

using store::CallStatus;

struct Sums {
  std::int64_t talked = 0;  ///< calls with a length
  std::int64_t duration_ms = 0;
  std::int64_t rated = 0;
  double confidence = 0;
  std::int64_t heard = 0;
  double score = 0;
};

std::int64_t& count_of(Totals& totals, CallStatus status) {
  switch (status) {
    case CallStatus::answered:
      return totals.answered;
    case CallStatus::transferred:
      return totals.transferred;
    case CallStatus::missed:
      return totals.missed;
    case CallStatus::rejected:
      return totals.rejected;
    case CallStatus::in_progress:
      return totals.in_progress;
    case CallStatus::interrupted:
    case CallStatus::failed:
      break;
  }
  return totals.failed;
}

void close(Totals& totals, const Sums& sums) {
  if (sums.talked > 0) totals.mean_duration_ms = sums.duration_ms / sums.talked;
  if (sums.rated > 0) totals.confidence = sums.confidence / static_cast<double>(sums.rated);
  if (sums.heard > 0) totals.mean_opinion_score = sums.score / static_cast<double>(sums.heard);
  const auto let_in = totals.answered + totals.transferred + totals.missed + totals.failed;
  if (let_in > 0) totals.without_person = static_cast<double>(totals.answered) / static_cast<double>(let_in);
}

}  // namespace

Totals totals(std::span<const statistics::PieceOfCalls> pieces) {
  Totals out;
  Sums sums;
  for (const auto& piece : pieces) {
    out.calls += piece.calls;
    count_of(out, piece.status) += piece.calls;
    if (piece.status == CallStatus::answered || piece.status == CallStatus::transferred) {
      sums.talked += piece.calls;
      sums.duration_ms += piece.duration_ms;
    }
    sums.rated += piece.rated;
    sums.confidence += piece.confidence;
    sums.heard += piece.heard;
    sums.score += piece.mean_opinion_score;
  }
  close(out, sums);
  return out;
}

std::vector<Day> by_day(std::span<const statistics::PieceOfCalls> hours, const business_hours::TimeZone& zone,
                        const statistics::Period& period) {
  std::vector<Day> days;
  if (period.to <= period.from) return days;
  const auto last = business_hours::to_local(zone, {period.to.unix_ms - 1}).date;
  for (auto date = business_hours::to_local(zone, period.from).date;; date = business_hours::add_days(date, 1)) {
    std::vector<statistics::PieceOfCalls> of_day;
    std::copy_if(hours.begin(), hours.end(), std::back_inserter(of_day),
                 [&](const auto& piece) { return business_hours::to_local(zone, piece.begin).date == date; });
    days.push_back({date, totals(of_day)});
    if (date == last) return days;
  }
}

WeekOfHours by_weekday_and_hour(std::span<const statistics::PieceOfCalls> hours, const business_hours::TimeZone& zone) {
  WeekOfHours week{};
  for (const auto& piece : hours) {
    const auto local = business_hours::to_local(zone, piece.begin);
    const auto day = static_cast<std::size_t>(business_hours::weekday_of(local.date));
    week.at(day).at(static_cast<std::size_t>(local.minute / 60)) += piece.calls;
  }
  return week;
}

std::optional<Percentiles> percentiles(std::span<const statistics::TimeClass> classes) {
  Percentiles out;
  for (const auto& each : classes) out.turns += each.turns;
  if (out.turns == 0) return std::nullopt;
  const auto rank = [&](std::int64_t percent) {
    const auto wanted = std::max<std::int64_t>(1, (out.turns * percent + 99) / 100);
    std::int64_t seen = 0;
    for (const auto& each : classes) {
      seen += each.turns;
      if (seen >= wanted)
        return each.from_ms >= statistics::kLongestMs ? each.from_ms : each.from_ms + statistics::kClassMs / 2;
    }
    return classes.back().from_ms;
  };
  out.p50_ms = rank(50);
  out.p90_ms = rank(90);
  out.p95_ms = rank(95);
  return out;
}

std::optional<double> grounded(std::span<const statistics::SourceUse> uses) {
  std::int64_t all = 0, with_source = 0;
  for (const auto& use : uses) {
    all += use.answers;
    if (!use.sources.empty()) with_source += use.answers;
  }
  if (all == 0) return std::nullopt;
  return static_cast<double>(with_source) / static_cast<double>(all);
}

std::vector<SourceCount> top_sources(std::span<const statistics::SourceUse> uses, std::size_t limit) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& use : uses)
    for (const auto& source : use.sources) counts[source] += use.answers;
  std::vector<SourceCount> out;
  for (const auto& [source, answers] : counts) out.push_back({source, answers});
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.answers > b.answers; });
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace frontdesk::insight
