// The call log as JSON, for the API and the terminal. Member names are stable; times are ISO 8601 in
// UTC with milliseconds, durations and positions in a call are milliseconds, unknown numbers are null.
// Text that is not UTF-8 (a name from SIP may be anything) is repaired with U+FFFD.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "replay/decisions.hpp"
#include "store/call_records.hpp"

namespace frontdesk::api {

/// {"id", "caller", ..., "turns": [...], "messages": [...], "consents": [{"at", "policy", "outcome", "words"}]}, and
/// "decisions": [...] if they are given.
std::string call_json(const store::CallRow& call, std::span<const store::TurnRow> turns,
                      std::span<const store::MessageRow> messages,
                      const std::vector<replay::Decision>* decisions = nullptr,
                      std::span<const store::ConsentRow> consents = {});

/// {"call": id, "recording": "pause" or "resume"}: what was asked for.
std::string recording_wish_json(std::string_view call, bool paused);

/// {"call": id, "decisions": [{"at_ms", "after_answer_ms", "turn", "decision", "reason",
/// "numbers": [{"value", "unit"}]}]}; "turn" is the index of the turn it led to, or null.
std::string decisions_json(std::string_view call, std::span<const replay::Decision> decisions);

/// {"calls": [...], "next_cursor": "..." or null}; each call without turns and messages.
std::string calls_json(const store::CallPage& page);

/// {"call": id, "turns": [...]}
std::string transcript_json(std::string_view call, std::span<const store::TurnRow> turns);

/// {"messages": [...]}
std::string messages_json(std::span<const store::MessageRow> messages);

}  // namespace frontdesk::api
