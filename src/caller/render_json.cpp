#include <boost/json.hpp>
#include <cmath>

#include "caller/report.hpp"

namespace frontdesk::caller {
namespace {

namespace json = boost::json;
using base::Duration;

/// A tenth of a millisecond is finer than anything measured here.
double rounded(double value) {
  return std::round(value * 10) / 10;
}

json::value ms(Duration d) {
  return rounded(static_cast<double>(d.count()) / 1e6);
}
json::value ms(const std::optional<Duration>& d) {
  return d ? ms(*d) : json::value(nullptr);
}

json::value distribution(const meter::DistributionSummary& summary) {
  if (summary.count == 0) return {{"count", 0}};
  return {{"count", summary.count},      {"min", rounded(summary.min)}, {"mean", rounded(summary.mean)},
          {"p50", rounded(summary.p50)}, {"p95", rounded(summary.p95)}, {"p99", rounded(summary.p99)},
          {"max", rounded(summary.max)}};
}

json::value word_errors(const std::optional<meter::WordErrors>& errors) {
  if (!errors) return nullptr;
  return {{"rate", std::round(errors->rate() * 1e4) / 1e4},
          {"reference_words", errors->reference_words},
          {"substitutions", errors->substitutions},
          {"deletions", errors->deletions},
          {"insertions", errors->insertions}};
}

json::value turn_value(const TurnReport& turn) {
  json::object object{{"step", turn.step},
                      {"said", turn.said},
                      {"answer_awaited", turn.answer_awaited},
                      {"answered", turn.answered},
                      {"gap_ms", ms(turn.gap)},
                      {"cut_ins", turn.cut_ins},
                      {"reply", turn.reply},
                      {"word_errors", word_errors(turn.word_errors)}};
  if (turn.barge_in) {
    object["barge_in"] = {
        {"at_ms", ms(turn.barge_in_at)}, {"stopped_after_ms", ms(turn.stopped_after)}, {"yielded", turn.yielded}};
  }
  return object;
}

json::value packets_value(const CallReport& call) {
  const PacketReport& packets = call.packets;
  return {{"sent", packets.sent},
          {"received", packets.received},
          {"expected", packets.expected},
          {"lost", packets.lost},
          {"late", packets.late},
          {"duplicate", packets.duplicate},
          {"concealed", packets.concealed},
          {"jitter_ms", rounded(packets.jitter_ms)},
          {"jitter_buffer_ms", ms(packets.playout_delay)},
          {"discontinuities", packets.discontinuities},
          {"interval_ms", distribution(call.intervals_ms)}};
}

json::array texts(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

json::value call_value(const CallReport& call) {
  json::array turns;
  for (const TurnReport& turn : call.turns) turns.push_back(turn_value(turn));
  json::array dropouts;
  for (const meter::Dropout& each : call.defects.dropouts)
    dropouts.push_back({{"at_ms", ms(each.at)}, {"length_ms", ms(each.length)}});
  return {{"call", call.call},
          {"ok", call.ok},
          {"problems", texts(call.problems)},
          {"remarks", texts(call.remarks)},
          {"answered_after_ms", ms(call.answered_after)},
          {"greeting_after_ms", ms(call.greeting_after)},
          {"greeting", call.greeting},
          {"length_ms", ms(call.length)},
          {"turns", std::move(turns)},
          {"gap_ms", distribution(call.gaps_ms)},
          {"barge_in_stop_ms", distribution(call.barge_in_stops_ms)},
          {"talk_over_ms", ms(call.talk_over)},
          {"collisions", call.collisions},
          {"dropouts", std::move(dropouts)},
          {"repeated_frames", call.defects.repeated_frames},
          {"clipped_runs", call.defects.clipped_runs},
          {"packets", packets_value(call)},
          {"late_ticks", call.late_ticks},
          {"recording", call.recording.empty() ? json::value(nullptr) : json::value(call.recording)}};
}

}  // namespace

std::string render_json(const RunReport& report) {
  json::array calls;
  for (const CallReport& call : report.calls) calls.push_back(call_value(call));
  const Totals totals = add_up(report);
  const json::value value{{"uri", report.uri},
                          {"plan", report.plan},
                          {"ok", exit_code(report) == 0},
                          {"calls", std::move(calls)},
                          {"totals",
                           {{"calls", totals.calls},
                            {"ok", totals.ok},
                            {"sent", totals.sent},
                            {"received", totals.received},
                            {"lost", totals.lost},
                            {"late", totals.late},
                            {"discontinuities", totals.discontinuities},
                            {"gap_ms", distribution(totals.gaps_ms)},
                            {"barge_in_stop_ms", distribution(totals.barge_in_stops_ms)},
                            {"interval_ms", distribution(totals.intervals_ms)}}}};
  return json::serialize(value);
}

}  // namespace frontdesk::caller
