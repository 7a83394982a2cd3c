// Between rows of the database and the call log's values.
#pragma once
#include "store/call_records.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

inline constexpr std::string_view kCallColumns =
    "id, organisation, caller, caller_name, called, trunk, sip_call_id, status, end_class, end_reason, screening, "
    "started_at, answered_at, ended_at, duration_ms, ai_confidence, turns, gap_p50_ms, gap_p95_ms, loss_percent, "
    "jitter_ms, recording, journal, "
    "caller_source, attestation, statement, withheld, diverted, diverted_by, priority, sip_status, "
    "mos, round_trip_ms, codec, packet_ms, srtp, packets_in, packets_out, packets_lost, jitter_max_ms, "
    "machine, sentiment, receptionist";
inline constexpr std::string_view kTurnColumns =
    "call, turn_index, speaker, text, heard, interrupted, started_ms, ended_ms, confidence, sources, endpoint_ms, "
    "stt_ms, llm_ms, tts_ms, reply_ms, gap_ms, guesses, guesses_discarded, guessed_characters_discarded, sealed";
inline constexpr std::size_t kTurnColumnCount = 20;
inline constexpr std::string_view kMessageColumns =
    "id, organisation, call, name, number, reason, taken_at, status, sealed";
inline constexpr std::string_view kConsentColumns = "call, at, policy, outcome, words, sealed";
inline constexpr std::size_t kConsentColumnCount = 6;

/// A further column for rows of `table` that belong to a call.
inline std::string organisation_of_call(const std::string& table) {
  return ", (SELECT organisation FROM calls WHERE calls.id = " + table + ".call)";
}

CallRow call_of(const Row& row);
TurnRow turn_of(const Row& row);
MessageRow message_of(const Row& row);
ConsentRow consent_of(const Row& row);

/// In the order of the columns above.
std::vector<Value> values_of(const CallRow& call);
/// From "mos" on.
std::vector<Value> values_of(const LineQuality& quality);
std::vector<Value> values_of(const TurnRow& turn);
std::vector<Value> values_of(const MessageRow& message);
std::vector<Value> values_of(const ConsentRow& consent);

/// Of the column "sources".
std::vector<std::string> source_names(const std::string& text);

/// "(?, ?, ?)"
std::string placeholders(std::size_t count);

}  // namespace frontdesk::store
