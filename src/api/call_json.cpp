#include "api/call_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/call_words.hpp"
#include "api/iso_time.hpp"
#include "api/utf8.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;

bj::value text(std::string_view value) {
  return bj::value(valid_utf8(value));
}
bj::value text(const base::Pii<std::string>& value) {
  return text(value.expose());
}

bj::value maybe(const std::optional<std::int64_t>& number) {
  return number ? bj::value(*number) : bj::value();
}

bj::value maybe(const std::optional<base::UtcTime>& time) {
  return time ? text(iso_time(*time)) : bj::value();
}

/// The store writes 0 for "none".
bj::value confidence(double value) {
  return value > 0 ? bj::value(value) : bj::value();
}

std::string_view speaker_name(store::TurnSpeaker speaker) {
  return speaker == store::TurnSpeaker::caller ? "caller" : "receptionist";
}

/// Who called, as far as the network says. The words are for people, the names for programs.
bj::object identity_object(const store::CallerFacts& who) {
  bj::object object;
  object["source"] = text(who.source);
  object["asserted_by"] = text(asserted_by_words(who));
  object["attestation"] = text(who.attestation);
  object["attestation_words"] = text(attestation_words(who));
  object["statement"] = text(who.statement);
  object["withheld"] = who.withheld;
  object["diverted"] = who.diverted;
  object["diverted_by"] = text(who.diverted_by);
  object["diverted_words"] = text(diverted_words(who));
  return object;
}

bj::object quality_object(const store::CallRow& call) {
  const auto& quality = call.quality;
  bj::object object;
  object["mos"] = quality.mean_opinion_score ? bj::value(*quality.mean_opinion_score) : bj::value();
  object["words"] = text(sound_words(quality));
  object["codec"] = text(quality.codec);
  object["packet_ms"] = quality.packet_ms;
  object["srtp"] = text(quality.srtp);
  object["encryption_words"] = text(encryption_words(quality.srtp));
  object["packets_in"] = quality.packets_in;
  object["packets_out"] = quality.packets_out;
  object["packets_lost"] = quality.packets_lost;
  object["loss_percent"] = call.loss_percent;
  object["jitter_mean_ms"] = call.jitter_ms;
  object["jitter_max_ms"] = quality.jitter_max_ms;
  object["round_trip_ms"] = maybe(quality.round_trip_ms);
  return object;
}

bj::object call_object(const store::CallRow& call) {
  bj::object object;
  object["id"] = text(call.id);
  object["caller"] = text(call.caller);
  object["caller_name"] = text(call.caller_name);
  object["called"] = text(call.called);
  object["trunk"] = text(call.trunk);
  object["sip_call_id"] = text(call.sip_call_id);
  object["status"] = store::name(call.status);
  object["end_class"] = text(call.end_class);
  object["end_reason"] = text(call.end_reason);
  object["screening"] = text(call.screening);
  object["priority"] = call.who.priority;
  object["sip_status"] = maybe(call.who.sip_status);
  object["identity"] = identity_object(call.who);
  object["quality"] = quality_object(call);
  object["started_at"] = iso_time(call.started_at);
  object["answered_at"] = maybe(call.answered_at);
  object["ended_at"] = maybe(call.ended_at);
  object["duration_ms"] = call.duration_ms;
  object["ai_confidence"] = confidence(call.ai_confidence);
  object["turn_count"] = call.turns;
  object["gap_p50_ms"] = maybe(call.gap_p50_ms);
  object["gap_p95_ms"] = maybe(call.gap_p95_ms);
  object["loss_percent"] = call.loss_percent;
  object["jitter_ms"] = call.jitter_ms;
  object["recording_url"] = call.recording.empty() ? bj::value() : text("/api/calls/" + call.id + "/recording");
  return object;
}

bj::object turn_object(const store::TurnRow& turn) {
  bj::object object;
  object["index"] = turn.index;
  object["speaker"] = speaker_name(turn.speaker);
  object["text"] = text(turn.text);
  object["heard"] = text(turn.heard);
  object["interrupted"] = turn.interrupted;
  object["started_ms"] = turn.started_ms;
  object["ended_ms"] = turn.ended_ms;
  object["confidence"] = confidence(turn.confidence);
  bj::array sources;
  for (const auto& source : turn.sources) sources.push_back(text(source));
  object["sources"] = std::move(sources);
  object["endpoint_ms"] = maybe(turn.endpoint_ms);
  object["stt_ms"] = maybe(turn.stt_ms);
  object["llm_ms"] = maybe(turn.llm_ms);
  object["tts_ms"] = maybe(turn.tts_ms);
  object["reply_ms"] = maybe(turn.reply_ms);
  object["gap_ms"] = maybe(turn.gap_ms);
  auto& speculation = object["speculation"];
  if (turn.speculation)
    speculation = {{"candidates", turn.speculation->candidates},
                   {"discarded", turn.speculation->discarded},
                   {"discarded_characters", turn.speculation->discarded_characters}};
  return object;
}

bj::object decision_object(const replay::Decision& decision) {
  bj::object object;
  object["at_ms"] = base::to_ms(decision.at);
  object["after_answer_ms"] = decision.after_answer ? bj::value(base::to_ms(*decision.after_answer)) : bj::value();
  object["turn"] = decision.turn ? bj::value(*decision.turn) : bj::value();
  object["decision"] = text(decision.decision);
  object["reason"] = text(decision.reason);
  bj::array numbers;
  for (const auto& number : decision.numbers) numbers.push_back({{"value", number.value}, {"unit", number.unit}});
  object["numbers"] = std::move(numbers);
  return object;
}

bj::array decision_array(std::span<const replay::Decision> decisions) {
  bj::array array;
  for (const auto& decision : decisions) array.push_back(decision_object(decision));
  return array;
}

bj::object message_object(const store::MessageRow& message) {
  bj::object object;
  object["id"] = text(message.id);
  object["call"] = text(message.call);
  object["name"] = text(message.name);
  object["number"] = text(message.number);
  object["reason"] = text(message.reason);
  object["taken_at"] = iso_time(message.taken_at);
  object["status"] = text(message.status);
  return object;
}

bj::array turn_array(std::span<const store::TurnRow> turns) {
  bj::array array;
  for (const auto& turn : turns) array.push_back(turn_object(turn));
  return array;
}

bj::array message_array(std::span<const store::MessageRow> messages) {
  bj::array array;
  for (const auto& message : messages) array.push_back(message_object(message));
  return array;
}

bj::array consent_array(std::span<const store::ConsentRow> consents) {
  bj::array array;
  for (const auto& consent : consents)
    array.push_back({{"at", iso_time(consent.at)},
                     {"policy", text(consent.policy)},
                     {"outcome", text(consent.outcome)},
                     {"words", text(consent.words)}});
  return array;
}

}  // namespace

std::string recording_wish_json(std::string_view call, bool paused) {
  bj::object object;
  object["call"] = text(call);
  object["recording"] = paused ? "pause" : "resume";
  return bj::serialize(object);
}

std::string call_json(const store::CallRow& call, std::span<const store::TurnRow> turns,
                      std::span<const store::MessageRow> messages, const std::vector<replay::Decision>* decisions,
                      std::span<const store::ConsentRow> consents) {
  auto object = call_object(call);
  object["turns"] = turn_array(turns);
  object["messages"] = message_array(messages);
  object["consents"] = consent_array(consents);
  if (decisions != nullptr) object["decisions"] = decision_array(*decisions);
  return bj::serialize(object);
}

std::string decisions_json(std::string_view call, std::span<const replay::Decision> decisions) {
  bj::object object;
  object["call"] = text(call);
  object["decisions"] = decision_array(decisions);
  return bj::serialize(object);
}

std::string calls_json(const store::CallPage& page) {
  bj::array calls;
  for (const auto& call : page.calls) calls.push_back(call_object(call));
  bj::object object;
  object["calls"] = std::move(calls);
  object["next_cursor"] = page.next.empty() ? bj::value() : text(page.next);
  return bj::serialize(object);
}

std::string transcript_json(std::string_view call, std::span<const store::TurnRow> turns) {
  bj::object object;
  object["call"] = text(call);
  object["turns"] = turn_array(turns);
  return bj::serialize(object);
}

std::string messages_json(std::span<const store::MessageRow> messages) {
  bj::object object;
  object["messages"] = message_array(messages);
  return bj::serialize(object);
}

}  // namespace frontdesk::api
