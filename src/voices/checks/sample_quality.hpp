// How good a recording of somebody's voice is to make a voice of: figures, and what to do about each in plain words.
#pragma once
#include <string>
#include <vector>

#include "audio/pcm.hpp"

namespace frontdesk::voices_checks {

inline constexpr double kShortestSeconds = 10;    ///< shorter ones are refused
inline constexpr double kAdvisedSeconds = 30;     ///< of speech
inline constexpr double kLeastSpeechSeconds = 3;  ///< with less nobody speaks in it

struct Source {
  int rate = 0;        ///< of the file it came in
  double clipped = 0;  ///< share of its frames at full scale, 0 to 1
};

enum class Verdict { good, usable, try_again };

struct Quality {
  double seconds = 0;
  double speech_seconds = 0;
  double level_dbfs = 0;          ///< of the speech; 0 is a full-scale square wave
  double noise_dbfs = 0;          ///< of the quietest tenth
  double signal_to_noise_db = 0;  ///< an estimate: the speech's level over that
  double clipped_percent = 0;     ///< of the samples
  double silence_percent = 0;     ///< of the time
  double score = 0;               ///< 0 to 1
  Verdict verdict = Verdict::good;
  std::vector<std::string> advice;  ///< empty: nothing to mend
};

/// `rate`: of `sound`.
Quality quality_of(audio::PcmView sound, int rate, const Source& source);

}  // namespace frontdesk::voices_checks
