#include "caller/report.hpp"

#include "meter/speech_activity.hpp"
#include "meter/turn_gap.hpp"

namespace frontdesk::caller {
namespace {

using base::Duration;

/// The meter may see a line begin or end a little beside its first and last sample.
constexpr Duration kSlack = base::milliseconds(100);

double ms(Duration d) {
  return static_cast<double>(d.count()) / 1e6;
}

bool within(Duration at, const Span& line) {
  return at >= line.start - kSlack && at <= line.end + kSlack;
}

std::string step_name(const CallPlan& plan, std::size_t index) {
  constexpr std::size_t kShown = 40;
  const Step& step = plan.steps[index];
  std::string text = step.text.substr(0, kShown);
  if (step.text.size() > kShown) text += "...";
  return "step " + std::to_string(index + 1) + (text.empty() ? "" : " (\"" + text + "\")");
}

/// The answer that a step interrupted: the last before it.
const ReplyLog* interrupted_by(const CallLog& log, std::size_t index) {
  for (std::size_t i = index; i-- > 0;) {
    if (log.steps[i].answer_awaited) return log.steps[i].reply.interrupted ? &log.steps[i].reply : nullptr;
  }
  return log.greeting.interrupted ? &log.greeting : nullptr;
}

void fill_gap(const StepLog& step, const std::vector<meter::Turn>& turns, TurnReport& report) {
  if (!report.answered) return;
  for (const meter::Turn& turn : turns) {
    if (!within(turn.caller_end, step.line)) continue;
    if (report.gap) ++report.cut_ins;  // the earlier one was no answer to the whole line
    report.gap = turn.gap();
  }
}

void fill_barge_in(const CallLog& log, std::size_t index, const std::vector<meter::BargeIn>& barge_ins,
                   TurnReport& report) {
  const Span& line = log.steps[index].line;
  const ReplyLog* interrupted = interrupted_by(log, index);
  if (interrupted == nullptr || !interrupted->heard) return;
  for (const meter::BargeIn& each : barge_ins) {
    if (!within(each.caller_start, line)) continue;
    report.barge_in_at = each.caller_start - interrupted->heard->start;
    report.stopped_after = each.stop();
    report.yielded = each.yielded;
    return;
  }
}

TurnReport make_turn(const CallPlan& plan, const CallLog& log, std::size_t index,
                     const meter::ConversationMeasurement& measured) {
  const Step& step = plan.steps[index];
  const StepLog& step_log = log.steps[index];
  TurnReport turn;
  turn.step = index + 1;
  turn.said = step.text;
  turn.answer_awaited = step_log.answer_awaited;
  turn.answered = step_log.reply.heard.has_value();
  turn.reply = step_log.reply.transcript;
  fill_gap(step_log, measured.turns, turn);
  turn.barge_in = step.barge_in_after.has_value();
  if (turn.barge_in) fill_barge_in(log, index, measured.barge_ins, turn);
  if (step.expect && !turn.reply.empty()) turn.word_errors = meter::word_errors(*step.expect, turn.reply);
  return turn;
}

/// Times the receptionist began between the first and the last sound of a line.
std::size_t begun_during(const Span& line, const std::vector<meter::Stretch>& caller,
                         const std::vector<meter::Stretch>& receptionist) {
  std::optional<Duration> first;
  Duration last{0};
  for (const meter::Stretch& each : caller) {
    if (each.end <= line.start || each.start >= line.end) continue;
    if (!first) first = each.start;
    last = each.end;
  }
  if (!first) return 0;
  return static_cast<std::size_t>(
      std::count_if(receptionist.begin(), receptionist.end(),
                    [&](const meter::Stretch& each) { return each.start > *first && each.start < last; }));
}

/// How long both spoke at once, lines that interrupt on purpose left out.
Duration talked_over(const CallPlan& plan, const CallLog& log, const std::vector<meter::Stretch>& caller,
                     const std::vector<meter::Stretch>& receptionist) {
  Duration total{0};
  for (const meter::Stretch& said : caller) {
    const bool planned = std::any_of(log.steps.begin(), log.steps.end(), [&](const StepLog& step) {
      const auto index = static_cast<std::size_t>(&step - log.steps.data());
      return plan.steps[index].barge_in_after && said.end > step.line.start && said.start < step.line.end;
    });
    if (planned) continue;
    for (const meter::Stretch& heard : receptionist)
      total += std::max(Duration{0}, std::min(said.end, heard.end) - std::max(said.start, heard.start));
  }
  return total;
}

bool is_planned_barge_in(const CallPlan& plan, const CallLog& log, Duration at) {
  for (std::size_t i = 0; i < log.steps.size(); ++i) {
    if (plan.steps[i].barge_in_after && log.steps[i].done && within(at, log.steps[i].line)) return true;
  }
  return false;
}

void find_problems(const CallPlan& plan, const CallLog& log, CallReport& report) {
  if (!log.failure.empty()) report.problems.push_back(log.failure);
  if (!log.answered_after) return;
  if (report.packets.received == 0) report.problems.emplace_back("not one RTP packet came from the receptionist");
  if (log.greeting_awaited && !log.greeting.heard) report.problems.emplace_back("no greeting was heard");
  for (const TurnReport& turn : report.turns) {
    if (turn.answer_awaited && !turn.answered)
      report.problems.push_back(step_name(plan, turn.step - 1) + " got no answer");
  }
}

void find_remarks(const CallPlan& plan, const CallLog& log, CallReport& report) {
  if (!log.greeting.transcription_failed.empty())
    report.remarks.push_back("the greeting was not transcribed: " + log.greeting.transcription_failed);
  for (const TurnReport& turn : report.turns) {
    const std::string name = step_name(plan, turn.step - 1);
    if (turn.barge_in && !turn.barge_in_at) report.remarks.push_back(name + ": there was nothing left to interrupt");
    if (turn.barge_in_at && !turn.yielded)
      report.remarks.push_back(name + ": the receptionist went on speaking when interrupted");
    if (turn.cut_ins > 0)
      report.remarks.push_back(name + ": the receptionist began to answer before the line was over");
    const std::string& failed = log.steps[turn.step - 1].reply.transcription_failed;
    if (!failed.empty()) report.remarks.push_back(name + ": its answer was not transcribed: " + failed);
  }
  if (report.collisions > 0)
    report.remarks.push_back("the receptionist went on speaking " + std::to_string(report.collisions) +
                             " times after a pause that was taken for the end of the answer");
  if (report.late_ticks > 0)
    report.remarks.push_back("the caller's own clock was late " + std::to_string(report.late_ticks) +
                             " times (this machine is busy): times may be off by as much");
}

void measure(const CallPlan& plan, const CallLog& log, CallReport& report) {
  const auto measured = meter::measure_conversation(log.caller, log.receptionist);
  const auto caller = meter::find_stretches(log.caller);
  const auto receptionist = meter::find_stretches(log.receptionist);
  report.talk_over = talked_over(plan, log, caller, receptionist);
  std::vector<double> gaps;
  std::vector<double> stops;
  for (std::size_t i = 0; i < log.steps.size(); ++i) {
    const StepKind kind = plan.steps[i].kind;
    if (!log.steps[i].done || kind == StepKind::pause || kind == StepKind::hang_up) continue;
    TurnReport turn = make_turn(plan, log, i, measured);
    // What went on while a line interrupted it did not begin there.
    if (!turn.barge_in) turn.cut_ins = std::max(turn.cut_ins, begun_during(log.steps[i].line, caller, receptionist));
    if (turn.gap) gaps.push_back(ms(*turn.gap));
    if (turn.stopped_after && turn.yielded) stops.push_back(ms(*turn.stopped_after));
    report.turns.push_back(std::move(turn));
  }
  report.gaps_ms = meter::summarise(std::move(gaps));
  report.barge_in_stops_ms = meter::summarise(std::move(stops));
  for (const meter::BargeIn& each : measured.barge_ins) {
    if (!is_planned_barge_in(plan, log, each.caller_start)) ++report.collisions;
  }
  report.defects = meter::find_defects(log.receptionist);
}

}  // namespace

CallReport make_report(const CallPlan& plan, const CallLog& log) {
  CallReport report;
  report.call = log.call;
  report.failure = log.failure;
  report.answered_after = log.answered_after;
  if (log.greeting.heard) report.greeting_after = log.greeting.heard->start - log.established_at;
  report.greeting = log.greeting.transcript;
  report.length = log.length;
  report.packets = log.packets;
  report.late_ticks = log.late_ticks;
  report.intervals_ms = meter::summarise({log.packets.intervals_ms.begin(), log.packets.intervals_ms.end()});
  if (!log.steps.empty()) measure(plan, log, report);
  find_problems(plan, log, report);
  find_remarks(plan, log, report);
  report.ok = report.problems.empty();
  return report;
}

Totals add_up(const RunReport& report) {
  Totals totals;
  std::vector<double> gaps;
  std::vector<double> stops;
  std::vector<double> intervals;
  for (const CallReport& call : report.calls) {
    ++totals.calls;
    totals.ok += call.ok ? 1 : 0;
    totals.sent += call.packets.sent;
    totals.received += call.packets.received;
    totals.lost += call.packets.lost;
    totals.late += call.packets.late;
    totals.discontinuities += call.packets.discontinuities;
    intervals.insert(intervals.end(), call.packets.intervals_ms.begin(), call.packets.intervals_ms.end());
    for (const TurnReport& turn : call.turns) {
      if (turn.gap) gaps.push_back(ms(*turn.gap));
      if (turn.stopped_after && turn.yielded) stops.push_back(ms(*turn.stopped_after));
    }
  }
  totals.gaps_ms = meter::summarise(std::move(gaps));
  totals.barge_in_stops_ms = meter::summarise(std::move(stops));
  totals.intervals_ms = meter::summarise(std::move(intervals));
  return totals;
}

int exit_code(const RunReport& report) {
  const bool ok = !report.calls.empty() &&
                  std::all_of(report.calls.begin(), report.calls.end(), [](const CallReport& call) { return call.ok; });
  return ok ? 0 : 1;
}

}  // namespace frontdesk::caller
