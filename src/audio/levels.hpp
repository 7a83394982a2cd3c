// Loudness of a stretch of audio, in dB relative to full scale (0 dBFS is a full-scale square wave).
#pragma once
#include "audio/pcm.hpp"

namespace frontdesk::audio {

inline constexpr double kSilenceDbfs = -100.0;

/// Root mean square level; kSilenceDbfs for digital silence or no samples.
double rms_dbfs(PcmView pcm);

/// Largest magnitude, 0 to 32768.
int peak(PcmView pcm);

/// Multiplies in place, saturating.
void apply_gain(std::span<Sample> pcm, double factor);

/// Linear fade from full level to silence over the whole stretch.
void fade_out(std::span<Sample> pcm);

}  // namespace frontdesk::audio
