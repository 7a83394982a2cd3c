#include "api/call_views.hpp"

#include "api/call_words.hpp"

namespace frontdesk::api {
namespace {

/// The store writes 0 for "none".
std::optional<double> confidence(double value) {
  return value > 0 ? std::optional(value) : std::nullopt;
}

IdentityView identity_of(const store::CallerFacts& who) {
  IdentityView view;
  view.source = who.source;
  view.asserted_by = asserted_by_words(who);
  view.attestation = who.attestation;
  view.attestation_words = attestation_words(who);
  view.statement = who.statement;
  view.withheld = who.withheld;
  view.diverted = who.diverted;
  view.diverted_by = who.diverted_by;
  view.diverted_words = diverted_words(who);
  return view;
}

QualityView quality_of(const store::CallRow& call) {
  const auto& quality = call.quality;
  QualityView view;
  view.mos = quality.mean_opinion_score;
  view.words = sound_words(quality);
  view.codec = quality.codec;
  view.packet_ms = quality.packet_ms;
  view.srtp = quality.srtp;
  view.encryption_words = encryption_words(quality.srtp);
  view.packets_in = quality.packets_in;
  view.packets_out = quality.packets_out;
  view.packets_lost = quality.packets_lost;
  view.loss_percent = call.loss_percent;
  view.jitter_mean_ms = call.jitter_ms;
  view.jitter_max_ms = quality.jitter_max_ms;
  view.round_trip_ms = quality.round_trip_ms;
  return view;
}

void fill_summary(CallSummary& view, const store::CallRow& call) {
  view.id = call.id;
  view.caller = call.caller;
  view.caller_name = call.caller_name;
  view.called = call.called;
  view.trunk = call.trunk;
  view.sip_call_id = call.sip_call_id;
  view.status = static_cast<CallState>(call.status);
  view.end_class = call.end_class;
  view.end_reason = call.end_reason;
  view.screening = call.screening;
  view.priority = call.who.priority;
  view.sip_status = call.who.sip_status;
  view.identity = identity_of(call.who);
  view.quality = quality_of(call);
  view.started_at = call.started_at;
  view.answered_at = call.answered_at;
  view.ended_at = call.ended_at;
  view.duration_ms = call.duration_ms;
  view.ai_confidence = confidence(call.ai_confidence);
  view.turn_count = call.turns;
  view.gap_p50_ms = call.gap_p50_ms;
  view.gap_p95_ms = call.gap_p95_ms;
  view.loss_percent = call.loss_percent;
  view.jitter_ms = call.jitter_ms;
  view.receptionist_version = call.receptionist;
  if (!call.recording.empty()) view.recording_url = "/api/calls/" + call.id + "/recording";
}

TurnView turn_of(const store::TurnRow& turn) {
  TurnView view;
  view.index = turn.index;
  view.speaker = turn.speaker == store::TurnSpeaker::caller ? Speaker::caller : Speaker::receptionist;
  view.text = turn.text;
  view.heard = turn.heard;
  view.interrupted = turn.interrupted;
  view.started_ms = turn.started_ms;
  view.ended_ms = turn.ended_ms;
  view.confidence = confidence(turn.confidence);
  view.sources = turn.sources;
  view.endpoint_ms = turn.endpoint_ms;
  view.stt_ms = turn.stt_ms;
  view.llm_ms = turn.llm_ms;
  view.tts_ms = turn.tts_ms;
  view.reply_ms = turn.reply_ms;
  view.gap_ms = turn.gap_ms;
  if (turn.speculation)
    view.speculation = SpeculationView{turn.speculation->candidates, turn.speculation->discarded,
                                       turn.speculation->discarded_characters};
  return view;
}

std::vector<TurnView> turns_of(std::span<const store::TurnRow> turns) {
  std::vector<TurnView> views;
  for (const auto& turn : turns) views.push_back(turn_of(turn));
  return views;
}

std::vector<MessageView> message_views(std::span<const store::MessageRow> messages) {
  std::vector<MessageView> views;
  for (const auto& each : messages)
    views.push_back({each.id, each.call, each.name, each.number, each.reason, each.taken_at, each.status});
  return views;
}

std::vector<DecisionView> decision_views(std::span<const replay::Decision> decisions) {
  std::vector<DecisionView> views;
  for (const auto& each : decisions) {
    DecisionView view{base::to_ms(each.at), {}, {}, each.decision, each.reason, {}};
    if (each.after_answer) view.after_answer_ms = base::to_ms(*each.after_answer);
    if (each.turn) view.turn = *each.turn;
    for (const auto& number : each.numbers) view.numbers.push_back({number.value, number.unit});
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace

CallSummary summary_of(const store::CallRow& call) {
  CallSummary view;
  fill_summary(view, call);
  return view;
}

CallPageView page_of(const store::CallPage& page) {
  CallPageView view;
  for (const auto& call : page.calls) view.calls.push_back(summary_of(call));
  if (!page.next.empty()) view.next_cursor = page.next;
  return view;
}

MessagesView messages_of(std::span<const store::MessageRow> messages) {
  return {message_views(messages), {}};
}

MessageView message_of(const store::MessageRow& message) {
  return message_views({&message, 1}).front();
}

TranscriptView transcript_of(const std::string& call, std::span<const store::TurnRow> turns) {
  return {call, turns_of(turns)};
}

DecisionsView decisions_of(const std::string& call, std::span<const replay::Decision> decisions) {
  return {call, decision_views(decisions)};
}

CallView call_of(const store::CallRow& call, std::span<const store::TurnRow> turns,
                 std::span<const store::MessageRow> messages, std::span<const store::ConsentRow> consents,
                 const std::vector<replay::Decision>* decisions) {
  CallView view;
  fill_summary(view, call);
  view.turns = turns_of(turns);
  view.messages = message_views(messages);
  for (const auto& each : consents) view.consents.push_back({each.at, each.policy, each.outcome, each.words});
  if (decisions != nullptr) view.decisions = decision_views(*decisions);
  return view;
}

}  // namespace frontdesk::api
