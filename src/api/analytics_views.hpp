// Figures over many calls as the API shows them. A figure nothing is known about is null, never 0.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "insight/insight.hpp"
#include "json/codec.hpp"

namespace frontdesk::api {

using json::Note;

struct TotalsView {
  std::int64_t calls = 0;
  std::int64_t answered = 0;
  std::int64_t transferred = 0;
  std::int64_t missed = 0;
  std::int64_t rejected = 0;
  std::int64_t failed = 0;
  std::int64_t in_progress = 0;
  std::optional<std::int64_t> mean_duration_ms;
  std::optional<double> ai_confidence;
  std::optional<double> mos;
  std::optional<double> without_person;
};
BOOST_DESCRIBE_STRUCT(TotalsView, (),
                      (calls, answered, transferred, missed, rejected, failed, in_progress, mean_duration_ms,
                       ai_confidence, mos, without_person))
constexpr auto about(const TotalsView*) {
  return json::about(
      "CallTotals", "Calls of a period, by how they went.",
      Note{.member = "answered", .text = "By the receptionist, and not put through to anybody."},
      Note{.member = "missed", .text = "The caller gave up before the answer."},
      Note{.member = "rejected", .text = "By the owner's rules, or because every line was taken."},
      Note{.member = "failed", .text = "By our fault or the line's, or cut off when the program stopped."},
      Note{.member = "mean_duration_ms", .text = "Of those that were answered."},
      Note{.member = "ai_confidence", .text = "Mean of the calls that have one, 0 to 1."},
      Note{.member = "mos", .text = "Mean opinion score of the calls whose sound was judged, 1 to 4.5."},
      Note{.member = "without_person", .text = "Share of the callers let in who needed nobody else, 0 to 1."});
}

struct TimesView {
  std::int64_t turns = 0;
  std::optional<std::int64_t> p50_ms, p90_ms, p95_ms;
};
BOOST_DESCRIBE_STRUCT(TimesView, (), (turns, p50_ms, p90_ms, p95_ms))
constexpr auto about(const TimesView*) {
  return json::about("Times", "Percentiles over turns, exact to 10 ms.");
}

struct ReplyTimesView {
  TimesView gap, endpoint, transcript, model, voice;
};
BOOST_DESCRIBE_STRUCT(ReplyTimesView, (), (gap, endpoint, transcript, model, voice))
constexpr auto about(const ReplyTimesView*) {
  return json::about("ReplyTimes", "Where the time goes between the caller's last sound and the first of the answer.",
                     Note{.member = "gap", .text = "All of it, measured on the waveform."},
                     Note{.member = "endpoint", .text = "Until the caller's turn was taken to be over."},
                     Note{.member = "transcript", .text = "Until the words were there."},
                     Note{.member = "model", .text = "Until the first words of the answer."},
                     Note{.member = "voice", .text = "Until their first sound."});
}

struct SourceView {
  std::string source;
  std::int64_t answers = 0;
};
BOOST_DESCRIBE_STRUCT(SourceView, (), (source, answers))
constexpr auto about(const SourceView*) {
  return json::about("SourceUse", "How many answers rested on a fact: what callers ask about.",
                     Note{.member = "source", .example = "\"hours\""});
}

struct EndingView {
  std::string end_class;
  std::int64_t calls = 0;
};
BOOST_DESCRIBE_STRUCT(EndingView, (), (end_class, calls))
constexpr auto about(const EndingView*) {
  return json::about("Ending", "How many calls ended this way.");
}

struct DayView {
  std::string date;
  TotalsView totals;
};
BOOST_DESCRIBE_STRUCT(DayView, (), (date, totals))
constexpr auto about(const DayView*) {
  return json::about("Day", "A day as the business counts it.",
                     Note{.member = "date", .format = "date", .example = "\"2026-11-23\""});
}

struct PeriodView {
  base::UtcTime from;
  base::UtcTime to;
  std::string time_zone;
};
BOOST_DESCRIBE_STRUCT(PeriodView, (), (from, to, time_zone))
constexpr auto about(const PeriodView*) {
  return json::about("Period", "From inclusive, to exclusive; days are those of the time zone.");
}

struct DashboardView {
  PeriodView period;
  std::int64_t calls_now = 0;
  TotalsView totals;
  std::optional<TotalsView> before;
  ReplyTimesView reply;
  std::optional<double> grounded;
  std::vector<std::int64_t> calls_by_hour;
};
BOOST_DESCRIBE_STRUCT(DashboardView, (), (period, calls_now, totals, before, reply, grounded, calls_by_hour))
constexpr auto about(const DashboardView*) {
  return json::about("Dashboard", "How things are.", Note{.member = "calls_now", .text = "Going on at this moment."},
                     Note{.member = "before", .text = "The period of the same length before; null unless asked for."},
                     Note{.member = "grounded", .text = "Share of the answers that rest on a fact, 0 to 1."},
                     Note{.member = "calls_by_hour", .text = "By hour of the day, 24 numbers."});
}

struct CallAnalyticsView {
  PeriodView period;
  TotalsView totals;
  std::vector<DayView> days;
  std::vector<std::vector<std::int64_t>> by_weekday_and_hour;
  std::vector<EndingView> endings;
  std::vector<SourceView> top_sources;
  std::optional<double> grounded;
};
BOOST_DESCRIBE_STRUCT(CallAnalyticsView, (),
                      (period, totals, days, by_weekday_and_hour, endings, top_sources, grounded))
constexpr auto about(const CallAnalyticsView*) {
  return json::about("CallAnalytics", "Calls over time.",
                     Note{.member = "by_weekday_and_hour", .text = "Seven lists of 24 numbers; the first is Monday."},
                     Note{.member = "top_sources", .text = "What callers ask about, the most asked first."});
}

struct VoiceQualityView {
  PeriodView period;
  std::optional<double> mos;
  std::int64_t calls_judged = 0;
  ReplyTimesView reply;
  std::vector<DayView> days;
};
BOOST_DESCRIBE_STRUCT(VoiceQualityView, (), (period, mos, calls_judged, reply, days))
constexpr auto about(const VoiceQualityView*) {
  return json::about("VoiceQuality", "How calls sounded and how fast the answers came.");
}

TotalsView view_of(const insight::Totals& totals);
TimesView view_of(const std::optional<insight::Percentiles>& times);
DayView view_of(const insight::Day& day);

}  // namespace frontdesk::api
