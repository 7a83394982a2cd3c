// Digits as sound, for peers that take them in no other way.
#pragma once
#include <string_view>

#include "audio/pcm.hpp"

namespace frontdesk::digits {

inline constexpr int kToneMs = 100;
inline constexpr int kPauseMs = 100;
inline constexpr double kToneDbfs = -12;  ///< of each of the two tones

/// DTMF (ITU-T Q.23) at 8 kHz, a pause after each digit. '0'-'9', '*', '#', 'A'-'D'; others are left out.
audio::Pcm tones_of(std::string_view digits);

}  // namespace frontdesk::digits
