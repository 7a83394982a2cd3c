#include "media/line_sounds/line_sound_detector.hpp"

namespace frontdesk::line_sounds {

std::optional<LineSound> LineSoundDetector::push(audio::PcmView frame) {
  const auto tone = tones_.push(frame);
  const bool music = music_.push(frame);
  if (tone) return *tone == ToneSound::fax ? LineSound::fax : LineSound::beep;
  if (music) return LineSound::music;
  return std::nullopt;
}

}  // namespace frontdesk::line_sounds
