// Turn detection by melody, loudness and pace: no model file, about half a millisecond a judgement. It knows
// nothing of words and is often unsure; then it says 0.5.
#pragma once
#include <memory>

#include "speech/turn_detector.hpp"

namespace frontdesk::prosody_turn {

/// Answers within judge(), on the caller's thread.
std::unique_ptr<speech::TurnDetector> create();

}  // namespace frontdesk::prosody_turn
