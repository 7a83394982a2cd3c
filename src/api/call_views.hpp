// The call log as the API shows it. Member names are stable; times are RFC 3339 in UTC with milliseconds, durations and
// positions in a call are milliseconds, unknown numbers are null.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "replay/decisions.hpp"
#include "store/call_records.hpp"

namespace frontdesk::api {

using json::Note;

/// In the order of store::CallStatus.
enum class CallState { in_progress, answered, missed, transferred, rejected, interrupted, failed };
BOOST_DESCRIBE_ENUM(CallState, in_progress, answered, missed, transferred, rejected, interrupted, failed)

struct IdentityView {
  std::string source;
  std::string asserted_by;
  std::string attestation;
  std::string attestation_words;
  std::string statement;
  bool withheld = false;
  bool diverted = false;
  base::Pii<std::string> diverted_by;
  std::string diverted_words;
};
BOOST_DESCRIBE_STRUCT(IdentityView, (),
                      (source, asserted_by, attestation, attestation_words, statement, withheld, diverted, diverted_by,
                       diverted_words))
constexpr auto about(const IdentityView*) {
  return json::about(
      "CallerIdentity", "Who called, as far as the network says. The words are for people, the names for programs.",
      Note{.member = "source", .text = "Where the number comes from: asserted, remote_party, from or none."},
      Note{.member = "attestation",
           .text = "How far the network vouches for the number: a, b, c, passed, failed, unverified or none."},
      Note{.member = "statement", .text = "What a signed statement about the number is worth, in words."},
      Note{.member = "diverted_by", .text = "The number that diverted the call, in E.164; empty if unknown."});
}

struct QualityView {
  std::optional<double> mos;
  std::string words;
  std::string codec;
  std::int64_t packet_ms = 0;
  std::string srtp;
  std::string encryption_words;
  std::int64_t packets_in = 0;
  std::int64_t packets_out = 0;
  std::int64_t packets_lost = 0;
  double loss_percent = 0;
  double jitter_mean_ms = 0;
  double jitter_max_ms = 0;
  std::optional<std::int64_t> round_trip_ms;
};
BOOST_DESCRIBE_STRUCT(QualityView, (),
                      (mos, words, codec, packet_ms, srtp, encryption_words, packets_in, packets_out, packets_lost,
                       loss_percent, jitter_mean_ms, jitter_max_ms, round_trip_ms))
constexpr auto about(const QualityView*) {
  return json::about("CallQuality", "How the call sounded.",
                     Note{.member = "mos", .text = "Mean opinion score, 1 to 4.5, computed by ITU-T G.107."},
                     Note{.member = "srtp", .text = "off, sdes or dtls; empty if no sound was agreed on."});
}

struct CallSummary {
  std::string id;
  base::Pii<std::string> caller;
  base::Pii<std::string> caller_name;
  std::string called;
  std::string trunk;
  std::string sip_call_id;
  CallState status = CallState::in_progress;
  std::string end_class;
  std::string end_reason;
  std::string screening;
  bool priority = false;
  std::optional<std::int64_t> sip_status;
  IdentityView identity;
  QualityView quality;
  base::UtcTime started_at;
  std::optional<base::UtcTime> answered_at;
  std::optional<base::UtcTime> ended_at;
  std::int64_t duration_ms = 0;
  std::optional<double> ai_confidence;
  std::int64_t turn_count = 0;
  std::optional<std::int64_t> gap_p50_ms;
  std::optional<std::int64_t> gap_p95_ms;
  double loss_percent = 0;
  double jitter_ms = 0;
  std::optional<std::string> recording_url;
  std::int64_t receptionist_version = 0;
};
BOOST_DESCRIBE_STRUCT(CallSummary, (),
                      (id, caller, caller_name, called, trunk, sip_call_id, status, end_class, end_reason, screening,
                       priority, sip_status, identity, quality, started_at, answered_at, ended_at, duration_ms,
                       ai_confidence, turn_count, gap_p50_ms, gap_p95_ms, loss_percent, jitter_ms, recording_url,
                       receptionist_version))
constexpr auto about(const CallSummary*) {
  return json::about(
      "CallSummary", "A call without its turns.",
      Note{.member = "caller", .text = "The caller's number in E.164, where the network gives one."},
      Note{.member = "trunk", .text = "The line it came in by."},
      Note{.member = "end_class", .text = "How it ended: completed, caller_hung_up and others."},
      Note{.member = "end_reason", .text = "The same in words."},
      Note{.member = "screening", .text = "Why the call was taken or refused."},
      Note{.member = "sip_status", .text = "The SIP status of a refusal."},
      Note{.member = "duration_ms", .text = "Since the answer."},
      Note{.member = "ai_confidence", .text = "Mean over the answers, 0 to 1."},
      Note{.member = "gap_p50_ms",
           .text = "Median time from the end of the caller's speech to the first sound of the reply."},
      Note{.member = "gap_p95_ms", .text = "The same, 95th percentile."},
      Note{.member = "recording_url", .text = "Where the recording can be heard; null if there is none."},
      Note{.member = "receptionist_version",
           .text = "The published version that answered; 0: what the configuration file says."});
}

struct CallPageView {
  std::vector<CallSummary> calls;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(CallPageView, (), (calls, next_cursor))
constexpr auto about(const CallPageView*) {
  return json::about("CallPage", "Calls, the newest first.",
                     Note{.member = "next_cursor", .text = "The cursor of the following page; null on the last one."});
}

enum class Speaker { caller, receptionist };
BOOST_DESCRIBE_ENUM(Speaker, caller, receptionist)

struct SpeculationView {
  std::int64_t candidates = 0;
  std::int64_t discarded = 0;
  std::int64_t discarded_characters = 0;
};
BOOST_DESCRIBE_STRUCT(SpeculationView, (), (candidates, discarded, discarded_characters))
constexpr auto about(const SpeculationView*) {
  return json::about("Speculation", "Replies that were prepared before the caller's turn was over.");
}

struct TurnView {
  std::int64_t index = 0;
  Speaker speaker = Speaker::caller;
  base::Pii<std::string> text;
  base::Pii<std::string> heard;
  bool interrupted = false;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  std::optional<double> confidence;
  std::vector<std::string> sources;
  std::optional<std::int64_t> endpoint_ms;
  std::optional<std::int64_t> stt_ms;
  std::optional<std::int64_t> llm_ms;
  std::optional<std::int64_t> tts_ms;
  std::optional<std::int64_t> reply_ms;
  std::optional<std::int64_t> gap_ms;
  std::optional<SpeculationView> speculation;
};
BOOST_DESCRIBE_STRUCT(TurnView, (),
                      (index, speaker, text, heard, interrupted, started_ms, ended_ms, confidence, sources, endpoint_ms,
                       stt_ms, llm_ms, tts_ms, reply_ms, gap_ms, speculation))
constexpr auto about(const TurnView*) {
  return json::about("Turn", "What one side said. Positions are since the answer.",
                     Note{.member = "heard", .text = "Of the receptionist's words, those that were played."},
                     Note{.member = "sources", .text = "The facts an answer rests on."},
                     Note{.member = "endpoint_ms", .text = "From the end of speech to the decision that it is over."},
                     Note{.member = "reply_ms", .text = "From the end of speech to the reply, by the program's clock."},
                     Note{.member = "gap_ms", .text = "The same, measured on the waveform."});
}

struct MessageView {
  std::string id;
  std::string call;
  base::Pii<std::string> name;
  base::Pii<std::string> number;
  base::Pii<std::string> reason;
  base::UtcTime taken_at;
  std::string status;
};
BOOST_DESCRIBE_STRUCT(MessageView, (), (id, call, name, number, reason, taken_at, status))
constexpr auto about(const MessageView*) {
  return json::about("Message", "What a caller left to be passed on.");
}

struct MessagesView {
  std::vector<MessageView> messages;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(MessagesView, (), (messages, next_cursor))
constexpr auto about(const MessagesView*) {
  return json::about("Messages", "Messages, the newest first.");
}

struct ConsentView {
  base::UtcTime at;
  std::string policy;
  std::string outcome;
  base::Pii<std::string> words;
};
BOOST_DESCRIBE_STRUCT(ConsentView, (), (at, policy, outcome, words))
constexpr auto about(const ConsentView*) {
  return json::about("Consent", "What came of telling or asking the caller that the call is recorded.",
                     Note{.member = "policy", .text = "announce, ask or both_party."},
                     Note{.member = "outcome", .text = "announced, given, refused, unanswered, unheard or withdrawn."});
}

struct QuantityView {
  double value = 0;
  std::string unit;
};
BOOST_DESCRIBE_STRUCT(QuantityView, (), (value, unit))
constexpr auto about(const QuantityView*) {
  return json::about("Quantity", "A measured number.", Note{.member = "unit", .text = "ms, s, % or empty."});
}

struct DecisionView {
  std::int64_t at_ms = 0;
  std::optional<std::int64_t> after_answer_ms;
  std::optional<std::int64_t> turn;
  std::string decision;
  std::string reason;
  std::vector<QuantityView> numbers;
};
BOOST_DESCRIBE_STRUCT(DecisionView, (), (at_ms, after_answer_ms, turn, decision, reason, numbers))
constexpr auto about(const DecisionView*) {
  return json::about("Decision", "What was decided in a call, and why.",
                     Note{.member = "at_ms", .text = "Since the call came in."},
                     Note{.member = "turn", .text = "Index of the turn it led to; null if none came of it."},
                     Note{.member = "numbers", .text = "Those in the reason."});
}

struct DecisionsView {
  std::string call;
  std::vector<DecisionView> decisions;
};
BOOST_DESCRIBE_STRUCT(DecisionsView, (), (call, decisions))
constexpr auto about(const DecisionsView*) {
  return json::about("Decisions", "The decisions of a call, in order.");
}

struct TranscriptView {
  std::string call;
  std::vector<TurnView> turns;
};
BOOST_DESCRIBE_STRUCT(TranscriptView, (), (call, turns))
constexpr auto about(const TranscriptView*) {
  return json::about("Transcript", "What was said in a call, in order.");
}

struct CallView : CallSummary {
  std::vector<TurnView> turns;
  std::vector<MessageView> messages;
  std::vector<ConsentView> consents;
  std::optional<std::vector<DecisionView>> decisions;
};
BOOST_DESCRIBE_STRUCT(CallView, (CallSummary), (turns, messages, consents, decisions))
constexpr auto about(const CallView*) {
  return json::about("Call", "A call with everything that was said in it.",
                     Note{.member = "decisions", .text = "Only in the terminal's output.", .omit_null = true});
}

enum class RecordingOrder { pause, resume };
BOOST_DESCRIBE_ENUM(RecordingOrder, pause, resume)

struct RecordingWish {
  std::string call;
  RecordingOrder recording = RecordingOrder::pause;
};
BOOST_DESCRIBE_STRUCT(RecordingWish, (), (call, recording))
constexpr auto about(const RecordingWish*) {
  return json::about("RecordingWish", "What was asked for.");
}

CallSummary summary_of(const store::CallRow& call);
CallPageView page_of(const store::CallPage& page);
MessageView message_of(const store::MessageRow& message);
MessagesView messages_of(std::span<const store::MessageRow> messages);
TranscriptView transcript_of(const std::string& call, std::span<const store::TurnRow> turns);
DecisionsView decisions_of(const std::string& call, std::span<const replay::Decision> decisions);
/// `decisions` null: they are left out.
CallView call_of(const store::CallRow& call, std::span<const store::TurnRow> turns,
                 std::span<const store::MessageRow> messages, std::span<const store::ConsentRow> consents,
                 const std::vector<replay::Decision>* decisions = nullptr);

}  // namespace frontdesk::api
