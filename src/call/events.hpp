// What can happen to a call, as values. The shell turns packets, timers and engine answers into
// these; samples never appear, only marks on the call's clock.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"
#include "llm/chat.hpp"

namespace frontdesk::call {

/// One synthesised clause or sentence: the id is that of its synthesis request and of its playout.
using PieceId = base::RequestId;

/// Why a call ended, coarse enough to count.
enum class EndClass {
  completed,
  transferred,
  caller_hung_up,
  caller_silent,
  time_limit,
  media_lost,
  failed,
  operator_ended
};
std::string_view name(EndClass end_class);

// --- the leg (signalling and media)
struct LegOffered {};      ///< an INVITE passed screening
struct LegEstablished {};  ///< ACK received and media agreed
struct LegEnded {          ///< BYE, CANCEL, failure: nothing can be sent any more
  std::string reason;
  EndClass end_class = EndClass::caller_hung_up;
};
struct MediaLost {};  ///< no packets for the media session's time-out
/// In place of a digit nobody is to know: see HideKeys.
inline constexpr char kHiddenKey = 'x';
struct LegHeld {  ///< by the caller's side, who hears nothing of us until it is off
  bool on = false;
};
struct DigitPressed {
  char digit = '0';
};

// --- the caller's voice; `at` is when it was true, earlier than the event itself
struct SpeechStarted {
  base::Instant at;
};
struct SpeechStopped {
  base::Instant at;
};
/// Answers PredictTurnEnd: how the pause sounded, apart from its words.
struct TurnEndPredicted {
  base::RequestId request = 0;
  float probability = 0;  ///< 0: certainly goes on; 1: certainly done
};
/// Sounds that are nobody talking to us.
enum class LineSound {
  music,  ///< we were put on hold
  beep,   ///< an answering machine begins to record
  fax     ///< a fax machine's calling tone
};
std::string_view name(LineSound sound);
struct LineSoundHeard {
  LineSound sound = LineSound::music;
};
struct PartialTranscript {
  base::Pii<std::string> text;
};
struct FinalTranscript {
  base::RequestId request = 0;
  base::Pii<std::string> text;
  float confidence = 0;
  base::Duration engine_time{0};
};
struct TranscriptionFailed {
  base::RequestId request = 0;
  base::Error error;
};

// --- the model
struct ChatText {
  base::RequestId request = 0;
  std::string delta;
};
struct ChatFinished {
  base::RequestId request = 0;
  llm::ChatOutcome outcome;
};
struct ChatFailed {
  base::RequestId request = 0;
  base::Error error;
};
struct ToolFinished {
  std::string tool_call_id;
  std::string result;
};

// --- our voice
struct PieceReady {  ///< the first sound of a piece is there
  PieceId piece = 0;
};
struct PieceSynthesised {
  PieceId piece = 0;
  base::Duration length{0};       ///< of its audio
  base::Duration engine_time{0};  ///< spent making it
};
struct SynthesisFailed {  ///< after PieceReady: what there is was or will be played, and is reported as usual
  PieceId piece = 0;
  base::Error error;
};
struct PlayoutStarted {
  PieceId piece = 0;
};
struct PlayoutFinished {
  PieceId piece = 0;
};
struct PlayoutCut {
  PieceId piece = 0;
  base::Duration heard{0};
};

// --- the second leg: whom the caller is to be put through to
struct SecondLegRinging {};
struct SecondLegAnswered {};
struct SecondLegHeard {  ///< a piece was played to its end there
  PieceId piece = 0;
};
struct SecondLegDigit {
  char digit = '0';
};
/// It never came to be, or is gone. Words for the model and the log: "the line was busy".
struct SecondLegEnded {
  std::string reason;
};
/// What came of Refer. Accepted: the caller is with somebody else, and our leg ends.
struct ReferEnded {
  bool accepted = false;
  std::string reason;
};

/// The deadline given by next_wakeup() has passed.
struct Wakeup {};

/// The operator or a shutdown ends the call.
struct HangUpRequested {
  std::string reason;
};

/// The operator pauses the recording, or lets it go on.
struct RecordingRequested {
  bool paused = false;
};

// --- somebody of the business steps in; an order that does not fit the moment changes nothing: see RefuseOrder
/// The receptionist falls silent and listens on: it is theirs to answer.
struct OperatorTookOver {
  std::string who;
};
struct OperatorGaveBack {
  std::string who;
};
/// She says exactly this, now.
struct OperatorSaid {
  std::string who;
  base::Pii<std::string> text;
};
/// The model is told; the caller hears nothing of it.
struct OperatorWhispered {
  std::string who;
  base::Pii<std::string> text;
};
/// Hold music in the caller's ear, and nobody answers.
struct OperatorHeld {
  std::string who;
  bool on = false;
};
/// How: as the settings say, by a second leg whose person is told first, or by asking the caller's side to call.
enum class PutThroughKind { usual, warm, cold };
/// To one of those whom callers may be put through to.
struct OperatorPutThrough {
  std::string who;
  std::string to;
  PutThroughKind kind = PutThroughKind::usual;
};

using Event =
    std::variant<LegOffered, LegEstablished, LegEnded, LegHeld, MediaLost, DigitPressed, SpeechStarted, SpeechStopped,
                 TurnEndPredicted, LineSoundHeard, PartialTranscript, FinalTranscript, TranscriptionFailed, ChatText,
                 ChatFinished, ChatFailed, ToolFinished, PieceReady, PieceSynthesised, SynthesisFailed, PlayoutStarted,
                 PlayoutFinished, PlayoutCut, SecondLegRinging, SecondLegAnswered, SecondLegHeard, SecondLegDigit,
                 SecondLegEnded, ReferEnded, Wakeup, HangUpRequested, RecordingRequested, OperatorTookOver,
                 OperatorGaveBack, OperatorSaid, OperatorWhispered, OperatorHeld, OperatorPutThrough>;

}  // namespace frontdesk::call
