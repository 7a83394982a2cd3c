// The frequency range of an analogue telephone line, 300 to 3400 Hz (ITU-T G.712), for 8 kHz audio:
// a fourth-order Butterworth high-pass and low-pass. Pure.
#pragma once
#include <span>

#include "audio/pcm.hpp"

namespace frontdesk::caller {

void limit_band(std::span<audio::Sample> pcm);

}  // namespace frontdesk::caller
