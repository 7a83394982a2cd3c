// What a call wants done, as values. The shell carries them out in order.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"
#include "call/events.hpp"
#include "llm/chat.hpp"

namespace frontdesk::call {

// --- the leg
struct Answer {};
struct EndCall {
  EndClass end_class = EndClass::completed;
  std::string reason;
};

// --- listening
struct BeginUtterance {
  base::Instant from;
};
struct Transcribe {  ///< ask for the best text so far
  base::RequestId request = 0;
  base::Instant until;
};
struct EndUtterance {};
struct PredictTurnEnd {  ///< ask the turn detector how [from, until) sounded; it may not answer
  base::RequestId request = 0;
  base::Instant from;
  base::Instant until;
};

// --- thinking
struct StartChat {
  llm::ChatRequest request;
};
struct CancelChat {
  base::RequestId request = 0;
};
struct RunTool {
  llm::ToolCall call;
};

// --- speaking
struct Synthesise {  ///< audio is held until Play, so that a reply can be prepared before it is due
  PieceId piece = 0;
  std::string text;
};
struct Play {
  PieceId piece = 0;
};
struct CancelSynthesis {
  PieceId piece = 0;
};
struct FlushPlayout {
  base::Duration fade{0};
};
/// Silence at once, but nothing is lost: ResumePlayout goes on from the last quiet place before it,
/// FlushPlayout drops it. PlayoutCut counts only what was heard.
struct HoldPlayout {
  base::Duration fade{0};
};
struct ResumePlayout {};
struct SetEcho {
  bool on = false;
};

// --- putting the caller through
struct HoldMusic {  ///< in the caller's ear, in place of playout
  bool on = false;
};
/// A second leg, by the way the call came. One at a time.
struct CallSecondLeg {
  std::string address;  ///< E.164 or a SIP URI
};
struct TellSecondLeg {  ///< plays a piece there, as soon as it is synthesised; the caller does not hear it
  PieceId piece = 0;
};
struct Bridge {};  ///< the two legs hear each other from now on, and we neither
struct EndSecondLeg {
  std::string reason;
};
/// Asks the caller's side to call somebody else in our place (REFER).
struct Refer {
  std::string address;
  base::Duration limit{0};
};

// --- the record
enum class Speaker { caller, receptionist };

/// Where the time of one reply went. Each is measured from the one before it.
struct StageTimes {
  std::optional<base::Duration> endpoint;    ///< end of speech -> turn decided
  std::optional<base::Duration> transcript;  ///< transcription asked -> text
  std::optional<base::Duration> model;       ///< model asked -> first text
  std::optional<base::Duration> synthesis;   ///< first clause handed over -> first sound ready
  std::optional<base::Duration> reply;       ///< end of speech -> first sound played
};

/// What was prepared for a turn before it was decided, and how much of it was thrown away.
struct Speculation {
  int candidates = 0;
  int discarded = 0;
  int discarded_characters = 0;  ///< handed to synthesis for nothing
  friend bool operator==(const Speculation&, const Speculation&) = default;
};

/// What became of the question whether the call may be recorded.
enum class ConsentOutcome {
  announced,   ///< the announcement was heard to its end
  given,       ///< the caller said yes
  refused,     ///< the caller said no, before anything was recorded
  unanswered,  ///< asked, and no answer to it: not recorded
  unheard,     ///< interrupted too often: not recorded
  withdrawn    ///< the caller asked us to stop
};
std::string_view name(ConsentOutcome outcome);

/// Kept with the call: who, when, which words, under which policy.
struct NoteConsent {
  ConsentOutcome outcome = ConsentOutcome::announced;
  std::string policy;            ///< "announce", "ask", "both_party"
  base::Pii<std::string> words;  ///< the caller's; of an announcement, ours
};
struct StartRecording {};  ///< nothing of the call is kept before it
/// Silence is recorded in place of both sides, so that its clock stays right; digits and numbers reach no
/// log, transcript or model meanwhile.
struct PauseRecording {
  std::string reason;
};
struct ResumeRecording {};
struct StopRecording {  ///< what there is stays
  std::string reason;
};
struct HideKeys {};  ///< from now on nobody is told which key was pressed, only that one was

/// Who answers the caller from now on; empty: we do.
struct ShowAttendant {
  std::string who;
};

/// What somebody of the business wanted just now does not fit the moment, and nothing came of it.
struct RefuseOrder {
  std::string reason;  ///< for them: "the caller is being put through"
};

struct RecordTurn {
  int index = 0;
  Speaker speaker = Speaker::caller;
  base::Pii<std::string> text;   ///< what was said, or was to be said
  base::Pii<std::string> heard;  ///< receptionist: the part that was played
  bool interrupted = false;
  base::Instant started;
  base::Instant ended;
  float confidence = 0;
  std::vector<std::string> sources;
  StageTimes times;
  Speculation speculation;  ///< of the caller's turn
};

/// One decision, in words and numbers: shown by "why".
struct Trace {
  std::string decision;  ///< "endpoint", "interrupt", "fallback"
  std::string reason;
};

using Command = std::variant<Answer, EndCall, BeginUtterance, Transcribe, EndUtterance, PredictTurnEnd, StartChat,
                             CancelChat, RunTool, Synthesise, Play, CancelSynthesis, FlushPlayout, HoldPlayout,
                             ResumePlayout, SetEcho, HoldMusic, CallSecondLeg, TellSecondLeg, Bridge, EndSecondLeg,
                             Refer, NoteConsent, StartRecording, PauseRecording, ResumeRecording, StopRecording,
                             HideKeys, ShowAttendant, RefuseOrder, RecordTurn, Trace>;
using Commands = std::vector<Command>;

}  // namespace frontdesk::call
