// Rows of the call log as values. Times of day are UTC; times within a call are milliseconds since
// the answer.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::store {

/// The organisation of a single-machine installation; more come with accounts.
inline constexpr std::string_view kLocalOrganisation = "org_local";

enum class CallStatus { in_progress, answered, missed, transferred, rejected, interrupted, failed };
std::string_view name(CallStatus status);
std::optional<CallStatus> call_status(std::string_view name);

/// Who called, as far as the network says, and how the call was treated; the words are frontdesk::screening's names.
struct CallerFacts {
  std::string source;       ///< of the number: "asserted", "remote_party", "from", "none"
  std::string attestation;  ///< "a", "b", "c", "passed", "failed", "unverified", "none"
  std::string statement;    ///< what a signed statement about the number is worth, in words
  bool withheld = false;
  bool diverted = false;
  base::Pii<std::string> diverted_by;  ///< E.164; empty: unknown
  bool priority = false;
  std::optional<std::int64_t> sip_status;  ///< of a refusal
};

/// How a call sounded; loss and mean jitter are older, and in the row itself.
struct LineQuality {
  std::optional<double> mean_opinion_score;
  std::optional<std::int64_t> round_trip_ms;
  std::string codec;
  std::int64_t packet_ms = 0;
  std::string srtp;  ///< "off", "sdes", "dtls"; empty: no sound was agreed on
  std::int64_t packets_in = 0;
  std::int64_t packets_out = 0;
  std::int64_t packets_lost = 0;
  double jitter_max_ms = 0;
};

struct CallRow {
  std::string id;
  std::string organisation{kLocalOrganisation};
  base::Pii<std::string> caller;
  base::Pii<std::string> caller_name;
  std::string called;
  std::string trunk;
  std::string sip_call_id;
  CallStatus status = CallStatus::in_progress;
  std::string end_class;   ///< "completed", "caller_hung_up", ...
  std::string end_reason;  ///< in words
  std::string screening;   ///< why the call was accepted or refused
  base::UtcTime started_at;
  std::optional<base::UtcTime> answered_at;
  std::optional<base::UtcTime> ended_at;
  std::int64_t duration_ms = 0;  ///< since the answer
  double ai_confidence = 0;      ///< mean over the answers; 0 = none
  std::int64_t turns = 0;
  std::optional<std::int64_t> gap_p50_ms;  ///< reply gap on the waveform
  std::optional<std::int64_t> gap_p95_ms;
  double loss_percent = 0;
  double jitter_ms = 0;
  std::string recording;  ///< path below the data folder; empty: none
  std::string journal;
  std::string machine;            ///< of a shared database: which one took it
  std::string sentiment;          ///< "positive", "neutral", "negative"; empty: unknown
  std::int64_t receptionist = 0;  ///< the published version that answered; 0: the configuration file's
  CallerFacts who;                ///< since schema 3
  LineQuality quality;            ///< since schema 3
};

enum class TurnSpeaker { caller, receptionist };

/// Replies that were prepared before the caller's turn was over.
struct SpeculationRow {
  std::int64_t candidates = 0;
  std::int64_t discarded = 0;
  std::int64_t discarded_characters = 0;  ///< that were synthesised, or begun to be, for nothing
  friend bool operator==(const SpeculationRow&, const SpeculationRow&) = default;
};

struct TurnRow {
  std::string call;
  std::int64_t index = 0;
  TurnSpeaker speaker = TurnSpeaker::caller;
  base::Pii<std::string> text;
  base::Pii<std::string> heard;  ///< receptionist: what was played
  bool interrupted = false;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  double confidence = 0;
  std::vector<std::string> sources;
  std::optional<std::int64_t> endpoint_ms;  ///< end of speech -> turn decided
  std::optional<std::int64_t> stt_ms;
  std::optional<std::int64_t> llm_ms;
  std::optional<std::int64_t> tts_ms;
  std::optional<std::int64_t> reply_ms;       ///< end of speech -> playout began, by our own clock
  std::optional<std::int64_t> gap_ms;         ///< the same on the waveform
  std::optional<SpeculationRow> speculation;  ///< of the caller's turns, since schema 2
  bool sealed = false;                        ///< its words are: see sealed_words.hpp
};

struct MessageRow {
  std::string id;
  std::string organisation{kLocalOrganisation};
  std::string call;
  base::Pii<std::string> name;
  base::Pii<std::string> number;
  base::Pii<std::string> reason;
  base::UtcTime taken_at;
  std::string status = "new";
  bool sealed = false;  ///< name and reason are: see sealed_words.hpp
};

/// What came of telling or asking the caller that the call is recorded.
struct ConsentRow {
  std::string call;
  base::UtcTime at;
  std::string policy;            ///< "announce", "ask", "both_party"
  std::string outcome;           ///< "announced", "given", "refused", "unanswered", "unheard", "withdrawn"
  base::Pii<std::string> words;  ///< the caller's; of an announcement, ours
  bool sealed = false;           ///< the words are: see sealed_words.hpp
};

/// Unset members do not filter.
struct CallFilter {
  std::string organisation{kLocalOrganisation};
  std::optional<base::UtcTime> from;  ///< inclusive
  std::optional<base::UtcTime> to;    ///< exclusive
  std::string caller;                 ///< part of the number or the name
  std::optional<CallStatus> status;
  std::optional<std::int64_t> min_duration_ms;
  std::optional<std::int64_t> max_duration_ms;
  std::optional<double> min_confidence;
  std::optional<double> max_confidence;
};

/// Newest first. `next` is opaque: hand it back for the following page; empty on the last one.
struct CallPage {
  std::vector<CallRow> calls;
  std::string next;
};

}  // namespace frontdesk::store
