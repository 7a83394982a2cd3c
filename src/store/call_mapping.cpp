#include "store/call_mapping.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::store {
namespace {

constexpr std::array<std::pair<CallStatus, std::string_view>, 7> kStatusNames = {{
    {CallStatus::in_progress, "in_progress"},
    {CallStatus::answered, "answered"},
    {CallStatus::missed, "missed"},
    {CallStatus::transferred, "transferred"},
    {CallStatus::rejected, "rejected"},
    {CallStatus::interrupted, "interrupted"},
    {CallStatus::failed, "failed"},
}};

std::optional<base::UtcTime> time_of(const std::optional<std::int64_t>& unix_ms) {
  if (!unix_ms) return std::nullopt;
  return base::UtcTime{*unix_ms};
}

std::int64_t flag(bool set) {
  return set ? 1 : 0;
}

// Source names hold no line breaks, so a list of them is lines.
std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

}  // namespace

std::vector<std::string> source_names(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string_view name(CallStatus status) {
  const auto it =
      std::find_if(kStatusNames.begin(), kStatusNames.end(), [&](const auto& e) { return e.first == status; });
  return it == kStatusNames.end() ? "failed" : it->second;
}

std::optional<CallStatus> call_status(std::string_view text) {
  const auto it =
      std::find_if(kStatusNames.begin(), kStatusNames.end(), [&](const auto& e) { return e.second == text; });
  if (it == kStatusNames.end()) return std::nullopt;
  return it->first;
}

std::string placeholders(std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
  return text + ")";
}

namespace {

CallerFacts who_of(const Row& row, std::size_t first) {
  CallerFacts who;
  who.source = row.text(first);
  who.attestation = row.text(first + 1);
  who.statement = row.text(first + 2);
  who.withheld = row.integer(first + 3) != 0;
  who.diverted = row.integer(first + 4) != 0;
  who.diverted_by = base::Pii<std::string>(row.text(first + 5));
  who.priority = row.integer(first + 6) != 0;
  who.sip_status = row.maybe_integer(first + 7);
  return who;
}

LineQuality quality_of(const Row& row, std::size_t first) {
  LineQuality quality;
  if (const double score = row.real(first); score > 0) quality.mean_opinion_score = score;
  quality.round_trip_ms = row.maybe_integer(first + 1);
  quality.codec = row.text(first + 2);
  quality.packet_ms = row.integer(first + 3);
  quality.srtp = row.text(first + 4);
  quality.packets_in = row.integer(first + 5);
  quality.packets_out = row.integer(first + 6);
  quality.packets_lost = row.integer(first + 7);
  quality.jitter_max_ms = row.real(first + 8);
  return quality;
}

std::vector<Value> values_of(const CallerFacts& who) {
  return {who.source,         who.attestation,          who.statement,      flag(who.withheld),
          flag(who.diverted), who.diverted_by.expose(), flag(who.priority), value_of(who.sip_status)};
}

}  // namespace

std::vector<Value> values_of(const LineQuality& quality) {
  return {quality.mean_opinion_score ? Value(*quality.mean_opinion_score) : Value(),
          value_of(quality.round_trip_ms),
          quality.codec,
          quality.packet_ms,
          quality.srtp,
          quality.packets_in,
          quality.packets_out,
          quality.packets_lost,
          quality.jitter_max_ms};
}

CallRow call_of(const Row& row) {
  CallRow call;
  call.id = row.text(0);
  call.organisation = row.text(1);
  call.caller = base::Pii<std::string>(row.text(2));
  call.caller_name = base::Pii<std::string>(row.text(3));
  call.called = row.text(4);
  call.trunk = row.text(5);
  call.sip_call_id = row.text(6);
  call.status = call_status(row.text(7)).value_or(CallStatus::failed);
  call.end_class = row.text(8);
  call.end_reason = row.text(9);
  call.screening = row.text(10);
  call.started_at = {row.integer(11)};
  call.answered_at = time_of(row.maybe_integer(12));
  call.ended_at = time_of(row.maybe_integer(13));
  call.duration_ms = row.integer(14);
  call.ai_confidence = row.real(15);
  call.turns = row.integer(16);
  call.gap_p50_ms = row.maybe_integer(17);
  call.gap_p95_ms = row.maybe_integer(18);
  call.loss_percent = row.real(19);
  call.jitter_ms = row.real(20);
  call.recording = row.text(21);
  call.journal = row.text(22);
  call.who = who_of(row, 23);
  call.quality = quality_of(row, 31);
  call.machine = row.text(40);
  call.sentiment = row.text(41);
  call.receptionist = row.integer(42);
  return call;
}

std::vector<Value> values_of(const CallRow& call) {
  std::vector<Value> values = {call.id,
                               call.organisation,
                               call.caller.expose(),
                               call.caller_name.expose(),
                               call.called,
                               call.trunk,
                               call.sip_call_id,
                               std::string(name(call.status)),
                               call.end_class,
                               call.end_reason,
                               call.screening,
                               call.started_at.unix_ms,
                               value_of(call.answered_at),
                               value_of(call.ended_at),
                               call.duration_ms,
                               call.ai_confidence,
                               call.turns,
                               value_of(call.gap_p50_ms),
                               value_of(call.gap_p95_ms),
                               call.loss_percent,
                               call.jitter_ms,
                               call.recording,
                               call.journal};
  for (auto& value : values_of(call.who)) values.push_back(std::move(value));
  for (auto& value : values_of(call.quality)) values.push_back(std::move(value));
  values.emplace_back(call.machine);
  values.emplace_back(call.sentiment);
  values.emplace_back(call.receptionist);
  return values;
}

TurnRow turn_of(const Row& row) {
  TurnRow turn;
  turn.call = row.text(0);
  turn.index = row.integer(1);
  turn.speaker = row.text(2) == "caller" ? TurnSpeaker::caller : TurnSpeaker::receptionist;
  turn.text = base::Pii<std::string>(row.text(3));
  turn.heard = base::Pii<std::string>(row.text(4));
  turn.interrupted = row.integer(5) != 0;
  turn.started_ms = row.integer(6);
  turn.ended_ms = row.integer(7);
  turn.confidence = row.real(8);
  turn.sources = source_names(row.text(9));
  turn.endpoint_ms = row.maybe_integer(10);
  turn.stt_ms = row.maybe_integer(11);
  turn.llm_ms = row.maybe_integer(12);
  turn.tts_ms = row.maybe_integer(13);
  turn.reply_ms = row.maybe_integer(14);
  turn.gap_ms = row.maybe_integer(15);
  if (const auto candidates = row.maybe_integer(16))
    turn.speculation =
        SpeculationRow{*candidates, row.maybe_integer(17).value_or(0), row.maybe_integer(18).value_or(0)};
  turn.sealed = row.flag(19);
  return turn;
}

std::vector<Value> values_of(const TurnRow& turn) {
  const auto of_speculation = [&](std::int64_t SpeculationRow::*member) {
    return value_of(turn.speculation ? std::optional((*turn.speculation).*member) : std::nullopt);
  };
  return {turn.call,
          turn.index,
          std::string(turn.speaker == TurnSpeaker::caller ? "caller" : "receptionist"),
          turn.text.expose(),
          turn.heard.expose(),
          std::int64_t{turn.interrupted ? 1 : 0},
          turn.started_ms,
          turn.ended_ms,
          turn.confidence,
          joined(turn.sources),
          value_of(turn.endpoint_ms),
          value_of(turn.stt_ms),
          value_of(turn.llm_ms),
          value_of(turn.tts_ms),
          value_of(turn.reply_ms),
          value_of(turn.gap_ms),
          of_speculation(&SpeculationRow::candidates),
          of_speculation(&SpeculationRow::discarded),
          of_speculation(&SpeculationRow::discarded_characters),
          flag(turn.sealed)};
}

MessageRow message_of(const Row& row) {
  MessageRow message;
  message.id = row.text(0);
  message.organisation = row.text(1);
  message.call = row.text(2);
  message.name = base::Pii<std::string>(row.text(3));
  message.number = base::Pii<std::string>(row.text(4));
  message.reason = base::Pii<std::string>(row.text(5));
  message.taken_at = {row.integer(6)};
  message.status = row.text(7);
  message.sealed = row.flag(8);
  return message;
}

std::vector<Value> values_of(const MessageRow& message) {
  return {message.id,
          message.organisation,
          message.call,
          message.name.expose(),
          message.number.expose(),
          message.reason.expose(),
          message.taken_at.unix_ms,
          message.status,
          flag(message.sealed)};
}

ConsentRow consent_of(const Row& row) {
  return {row.text(0), row.time(1), row.text(2), row.text(3), base::Pii<std::string>(row.text(4)), row.flag(5)};
}

std::vector<Value> values_of(const ConsentRow& consent) {
  return {consent.call,    consent.at.unix_ms,     consent.policy,
          consent.outcome, consent.words.expose(), flag(consent.sealed)};
}

}  // namespace frontdesk::store
