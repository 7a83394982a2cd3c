// A call without a telephone line, on a clock of its own: the same machine, playout and marks as a real
// one, a recorded caller, and engines that are waited for while the clock stands still. The clock then
// goes on by what they took; without engines of sound it goes on by fixed, typical times, so that two
// runs are equal.
//
// The caller cannot react to new answers: each recorded line begins when the answer before it has been
// heard, after the pause the caller made then.
#pragma once
#include <string>

#include "call/call.hpp"
#include "rerun/recorded_call.hpp"
#include "rerun/timed_engines.hpp"

namespace frontdesk::rerun {

struct Performance {
  std::vector<Exchange> exchanges;  ///< one more than the caller's lines, as RecordedCall::exchanges
  std::size_t lines_said = 0;       ///< fewer than there are if the receptionist hung up
  std::string ended;                ///< how, in words
  base::Duration length{0};
  std::string tape;
};

struct Casting {
  const RecordedCall& recorded;
  conversation::ConversationSettings settings;  ///< of the receptionist that answers now
  speech::VoiceId voice;
  std::uint64_t number = 1;  ///< unique among the calls that use these engines
};

/// Errors: the engines cannot be opened.
base::Result<Performance> perform(const Casting& casting, TimedEngines& engines);

}  // namespace frontdesk::rerun
