// One conversation over one recording, in virtual time: the machine that runs in calls, marks from the
// real detector's probabilities, real transcripts. Ends at the first decision to answer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "conversation/settings.hpp"
#include "turn_taking/recording.hpp"

namespace frontdesk::turn_taking {

/// How long engines take, in virtual time, so that results do not depend on what else the machine does.
/// Model and voice answer at once: only the decision is measured.
struct EngineDelays {
  base::Duration detection = base::milliseconds(5);              ///< a window complete -> its mark at the machine
  base::Duration transcript = base::milliseconds(45);            ///< and this much more
  base::Duration transcript_per_second = base::milliseconds(8);  ///< for each second of speech
  base::Duration turn_end = base::milliseconds(15);
};

struct Outcome {
  std::optional<base::Duration> decided;  ///< on the recording's clock; none: never
  std::string heard;                      ///< the words it was decided on
  std::vector<std::string> why;           ///< the machine's own account
};

base::Result<Outcome> run_call(Recording& recording, const conversation::EndOfTurnSettings& settings,
                               const EngineDelays& delays);

}  // namespace frontdesk::turn_taking
