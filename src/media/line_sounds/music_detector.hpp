// Music is told from speech by notes: partials that stay at one frequency for a quarter of a second and more. A
// speaking voice glides and has none; noise has none that last; the tones of the exchange are few.
// After K. Seyerlehner et al., Automatic music detection in television productions, DAFx 2007.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "audio/pcm.hpp"
#include "media/line_sounds/power_spectrum.hpp"

namespace frontdesk::line_sounds {

class MusicDetector {
 public:
  MusicDetector();

  /// The next 20 ms. True once for each stretch of music, when 5 s of it were heard.
  bool push(audio::PcmView frame);

 private:
  static constexpr std::size_t kSpectrumSamples = 1024;
  static constexpr std::size_t kFramesPerStep = 2;     ///< 40 ms
  static constexpr std::size_t kStepsPerWindow = 125;  ///< 5 s

  /// A peak of the spectrum and for how many steps it has been there.
  struct Partial {
    float began_at_hertz = 0;
    int steps = 0;
  };
  struct StepResult {
    float level_dbfs = -100;
    std::uint64_t notes = 0;  ///< which parts of the spectrum hold a lasting partial
  };

  std::uint64_t lasting_partials();
  Partial follow(float hertz) const;
  bool sounds_like_music() const;

  PowerSpectrum spectrum_;
  std::vector<audio::Sample> recent_;  ///< the last kSpectrumSamples
  std::vector<Partial> partials_;
  std::vector<Partial> found_;
  std::array<StepResult, kStepsPerWindow> window_;
  std::size_t steps_ = 0;
  std::size_t frames_ = 0;
  std::size_t steps_without_ = kStepsPerWindow;  ///< since it last sounded like music
};

}  // namespace frontdesk::line_sounds
