// Single steady tones: the beep of an answering machine and the two tones of a fax machine (ITU-T T.30:
// calling tone 1100 Hz, 0.5 s on and 3 s off; V.25: answering tone 2100 Hz).
#pragma once
#include <optional>
#include <vector>

#include "audio/pcm.hpp"
#include "media/line_sounds/power_spectrum.hpp"

namespace frontdesk::line_sounds {

enum class ToneSound { beep, fax };

class ToneDetector {
 public:
  ToneDetector();

  /// The next 20 ms. A beep is reported once the line has been silent after it.
  std::optional<ToneSound> push(audio::PcmView frame);

 private:
  static constexpr std::size_t kSpectrumSamples = 256;
  using Frames = std::int64_t;

  /// One tone, while it lasts and after it.
  struct Tone {
    float hertz = 0;
    double level_dbfs = 0;
    Frames first = 0;
    Frames last = 0;
    bool reported = false;
    bool alone = true;  ///< no other tone shortly before it
    Frames length() const { return last - first + 1; }
  };
  /// What the latest 32 ms are.
  struct Moment {
    double level_dbfs = 0;
    float hertz = 0;  ///< 0: no single tone
  };

  Moment look(audio::PcmView frame);
  bool goes_on(const Moment& moment) const;
  void begin(const Moment& moment);
  std::optional<ToneSound> judge_running();
  std::optional<ToneSound> judge_silence();
  std::optional<ToneSound> judge_calling_tone(const Tone& tone);
  bool is_calling_tone(const Tone& tone) const;
  bool may_be_beep(const Tone& tone) const;

  PowerSpectrum spectrum_;
  std::vector<audio::Sample> recent_;
  Frames now_ = 0;
  std::optional<Tone> running_;
  std::optional<Tone> ended_;         ///< waits for its silence
  std::optional<Tone> calling_tone_;  ///< the first of two, or a beep that sounds like it
  std::optional<Tone> before_;        ///< the last tone of any kind
  std::optional<Tone> last_beep_;
};

}  // namespace frontdesk::line_sounds
