#include "api/analytics_views.hpp"

#include <array>
#include <cstdio>

namespace frontdesk::api {

TotalsView view_of(const insight::Totals& totals) {
  TotalsView view;
  view.calls = totals.calls;
  view.answered = totals.answered;
  view.transferred = totals.transferred;
  view.missed = totals.missed;
  view.rejected = totals.rejected;
  view.failed = totals.failed;
  view.in_progress = totals.in_progress;
  view.mean_duration_ms = totals.mean_duration_ms;
  view.ai_confidence = totals.confidence;
  view.mos = totals.mean_opinion_score;
  view.without_person = totals.without_person;
  return view;
}

TimesView view_of(const std::optional<insight::Percentiles>& times) {
  if (!times) return {};
  return {times->turns, times->p50_ms, times->p90_ms, times->p95_ms};
}

DayView view_of(const insight::Day& day) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.date.year()),
                static_cast<unsigned>(day.date.month()), static_cast<unsigned>(day.date.day()));
  return {text.data(), view_of(day.totals)};
}

}  // namespace frontdesk::api
