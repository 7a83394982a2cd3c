// From what the end of an utterance sounds like to how probable it is that the speaker has finished.
#pragma once
#include "providers/prosody_turn/prosody/features.hpp"

namespace frontdesk::prosody {

/// 0 (goes on) to 1 (done); near 0.5 when the sound does not tell.
float probability_of_end(const Features& features);

}  // namespace frontdesk::prosody
