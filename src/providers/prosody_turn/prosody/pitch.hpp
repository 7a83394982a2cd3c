// The course of the voice's pitch, by normalised cross-correlation of short windows and the smoothest path
// through its peaks (after D. Talkin, "A robust algorithm for pitch tracking", 1995, much reduced). Works on
// telephone sound, where the fundamental itself may be filtered away.
#pragma once
#include <span>
#include <vector>

#include "audio/pcm.hpp"

namespace frontdesk::prosody {

inline constexpr std::size_t kHop = 80;      ///< samples between frames: 10 ms at 8 kHz
inline constexpr std::size_t kWindow = 240;  ///< samples compared with themselves a period later: 30 ms
inline constexpr float kLowestHz = 62;
inline constexpr float kHighestHz = 400;

struct Frame {
  float level_db = 0;     ///< of the 20 ms around the frame's middle, against full scale
  float semitones = 0;    ///< pitch above kLowestHz, 12 an octave; meaningless when not voiced
  float periodicity = 0;  ///< 0 to 1: how alike neighbouring periods are
  float change = 0;       ///< of the spectrum's shape since the frame before; 0 = same vowel
  float tilt = 0;         ///< -1 (all hiss) to 1 (all bass): correlation with the sample before
  bool voiced = false;
};

/// Frame i covers samples [i * kHop, i * kHop + kHop) of `pcm`, 8,000 a second. Costs about 3 us a frame that is
/// louder than the recording's floor, next to nothing otherwise.
std::vector<Frame> track(audio::PcmView pcm);

}  // namespace frontdesk::prosody
