// A recorded call as a script: what the caller did and when, relative to the receptionist, and what came
// of it. The caller's words come from the record, their sound from the recording.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "audio/wav.hpp"
#include "base/error.hpp"
#include "call/call.hpp"
#include "conversation/conversation.hpp"
#include "replay/journal.hpp"
#include "store/call_records.hpp"

namespace frontdesk::rerun {

/// One thing the caller said or keyed.
struct CallerLine {
  std::string said;  ///< as it was recognised then
  float confidence = 0;
  std::string digits;        ///< keyed instead of said
  audio::Pcm sound;          ///< 8 kHz, with a margin on both sides; empty without a recording
  base::Duration lead{0};    ///< the margin before the speech
  base::Duration length{0};  ///< of the speech
  bool cuts_in = false;      ///< began while the receptionist was speaking
  base::Duration wait{0};    ///< after our answer had been heard; when cutting in, after it began
};

/// One of the caller's lines and all that came of it; the first has no line: the greeting.
struct Exchange {
  std::string said;
  std::string answer;
  std::vector<std::string> actions;   ///< "take_message {...}", "end_call completed"
  std::optional<base::Duration> gap;  ///< end of speech -> first sound
};

struct RecordedCall {
  std::string id;
  call::CallLimits limits;
  conversation::ConversationSettings settings;  ///< of then
  std::vector<CallerLine> lines;
  std::vector<Exchange> exchanges;    ///< one more than lines
  base::Duration wait_to_hang_up{0};  ///< of the caller, after the last answer
};

/// failed_precondition if the journal does not tell what a rerun needs. Without `sound` the lines have none.
base::Result<RecordedCall> recorded_call(const std::string& id, const replay::Journal& journal,
                                         const std::vector<store::TurnRow>& turns, const audio::Wav* sound);

/// True for what is said only to pass the time; it says nothing about the answer.
bool is_filler(const std::string& text, const conversation::ConversationSettings& settings);

}  // namespace frontdesk::rerun
