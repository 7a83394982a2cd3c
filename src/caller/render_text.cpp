#include <cstdio>

#include "caller/report.hpp"

namespace frontdesk::caller {
namespace {

using base::Duration;

constexpr std::size_t kSaidColumns = 56;

std::string number(double value, int decimals) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

std::string ms(Duration d) {
  return number(static_cast<double>(d.count()) / 1e6, 0) + " ms";
}
std::string ms(const std::optional<Duration>& d) {
  return d ? ms(*d) : "-";
}

std::string left(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

/// Cut at a character, not inside one.
std::string shortened(const std::string& text, std::size_t columns) {
  if (text.size() <= columns) return text;
  std::size_t end = columns - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

std::string quantiles(const meter::DistributionSummary& summary, int decimals) {
  if (summary.count == 0) return "none measured";
  return "p50 " + number(summary.p50, decimals) + "  p95 " + number(summary.p95, decimals) + "  p99 " +
         number(summary.p99, decimals) + "  max " + number(summary.max, decimals) + " ms (" +
         std::to_string(summary.count) + ")";
}

std::string row(std::string_view name, const std::string& value) {
  return "  " + left(std::string(name), 16) + value + "\n";
}

std::string turn_row(const TurnReport& turn) {
  std::string gap = ms(turn.gap);
  if (!turn.answer_awaited) gap = "";
  if (turn.answer_awaited && !turn.answered) gap = "no answer";
  std::string stop;
  if (turn.barge_in) stop = turn.yielded ? ms(turn.stopped_after) : turn.barge_in_at ? "went on" : "-";
  std::string words;
  if (turn.word_errors) words = number(turn.word_errors->rate() * 100, 0) + " %";
  return "  " + right(std::to_string(turn.step), 4) + "  " + right(gap, 9) + "  " + right(stop, 9) + "  " +
         right(words, 6) + "  " + shortened(turn.said, kSaidColumns) + "\n";
}

std::string turn_table(const CallReport& call) {
  if (call.turns.empty()) return {};
  std::string text = "  step        gap  stopped in   WER  said\n";
  for (const TurnReport& turn : call.turns) text += turn_row(turn);
  return text + "\n";
}

std::string packet_rows(const CallReport& call) {
  const PacketReport& packets = call.packets;
  std::string text =
      row("packets", "sent " + std::to_string(packets.sent) + ", received " + std::to_string(packets.received) +
                         ", lost " + std::to_string(packets.lost) + ", late " + std::to_string(packets.late) +
                         ", concealed frames " + std::to_string(packets.concealed));
  text += row("jitter", number(packets.jitter_ms, 1) + " ms, jitter buffer " + ms(packets.playout_delay));
  text +=
      row("their clock",
          quantiles(call.intervals_ms, 1) + " between packets" +
              (packets.discontinuities > 0 ? ", " + std::to_string(packets.discontinuities) + " discontinuities" : ""));
  return text;
}

std::string defect_row(const CallReport& call) {
  Duration longest{0};
  for (const meter::Dropout& each : call.defects.dropouts) longest = std::max(longest, each.length);
  std::string text = std::to_string(call.defects.dropouts.size()) + " dropouts";
  if (longest > Duration{0}) text += " (longest " + ms(longest) + ")";
  return row("their sound", text + ", " + std::to_string(call.defects.repeated_frames) + " repeated frames, " +
                                std::to_string(call.defects.clipped_runs) + " clipped runs");
}

std::string list(std::string_view title, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += row(title, line);
  return text;
}

std::string call_text(const CallReport& call) {
  std::string text = "Call " + call.call + ": " + (call.ok ? "ok" : "not ok");
  if (call.answered_after) {
    text += ", " + number(base::to_seconds(call.length), 1) + " s, answered after " + ms(call.answered_after);
    if (call.greeting_after) text += ", first sound " + ms(call.greeting_after) + " later";
  }
  text += "\n";
  if (call.answered_after) {
    text += turn_table(call);
    if (!call.turns.empty()) text += row("gap", quantiles(call.gaps_ms, 0));
    if (call.barge_in_stops_ms.count > 0) text += row("interrupted", quantiles(call.barge_in_stops_ms, 0));
    if (!call.turns.empty()) text += defect_row(call);
    text += packet_rows(call);
  }
  if (!call.recording.empty()) text += row("recording", call.recording + " (left: caller, right: receptionist)");
  return text + list("problem", call.problems) + list("remark", call.remarks);
}

std::string totals_text(const Totals& totals) {
  std::string text = "All calls: " + std::to_string(totals.ok) + " of " + std::to_string(totals.calls) + " ok\n";
  if (totals.gaps_ms.count > 0) text += row("gap", quantiles(totals.gaps_ms, 0));
  if (totals.barge_in_stops_ms.count > 0) text += row("interrupted", quantiles(totals.barge_in_stops_ms, 0));
  text += row("packets", "sent " + std::to_string(totals.sent) + ", received " + std::to_string(totals.received) +
                             ", lost " + std::to_string(totals.lost) + ", late " + std::to_string(totals.late));
  return text + row("their clock", quantiles(totals.intervals_ms, 1) + " between packets");
}

}  // namespace

std::string render_text(const RunReport& report) {
  // Of many calls, only those with something to tell.
  constexpr std::size_t kAllShown = 3;
  std::string text;
  bool any_turns = false;
  for (const CallReport& call : report.calls) {
    any_turns = any_turns || !call.turns.empty();
    if (report.calls.size() <= kAllShown || !call.ok) text += call_text(call) + "\n";
  }
  if (report.calls.size() > 1) text += totals_text(add_up(report));
  if (any_turns)
    text +=
        "Gaps run from the end of the caller's speech to the first sound of the answer as a caller hears it:\n"
        "the network and the caller's jitter buffer are included.\n";
  return text;
}

}  // namespace frontdesk::caller
