// What is done to synthesised speech before it is played: silence at both ends removed, loudness made
// the same for every voice.
#pragma once
#include <span>

#include "audio/pcm.hpp"

namespace frontdesk::local_tts {

inline constexpr double kActiveLevelDbfs = -20.0;  ///< of the frames that hold speech
inline constexpr int kLeadMs = 20;                 ///< of silence kept before the first sound
inline constexpr int kTailMs = 60;                 ///< and after the last

/// The level of the frames within 25 dB of the loudest one; kSilenceDbfs for silence.
double active_level_dbfs(audio::PcmView pcm, int rate);

/// Empty if there is no sound in it.
audio::Pcm trimmed(audio::PcmView pcm, int rate);

/// To kActiveLevelDbfs, less where peaks would clip.
void normalise_level(std::span<audio::Sample> pcm, int rate);

/// Samples from -1 to 1, clipped.
audio::Pcm to_pcm(std::span<const float> samples);

}  // namespace frontdesk::local_tts
