// Hears what on a telephone line is nobody talking to us: hold music, the beep of an answering machine, a fax
// machine. One frame of 20 ms at a time; about 10 microseconds a frame.
#pragma once
#include <optional>

#include "audio/pcm.hpp"
#include "media/line_sounds/music_detector.hpp"
#include "media/line_sounds/tone_detector.hpp"

namespace frontdesk::line_sounds {

enum class LineSound {
  music,  ///< about 5 s of it so far
  beep,   ///< one steady tone and then silence: a machine has begun to record
  fax,    ///< a calling tone that was repeated, or an answering tone
};

class LineSoundDetector {
 public:
  /// The next audio::kFrameSamples at 8 kHz. Each stretch of music, beep or fax is reported once.
  std::optional<LineSound> push(audio::PcmView frame);

 private:
  ToneDetector tones_;
  MusicDetector music_;
};

}  // namespace frontdesk::line_sounds
