// Policy: start of speech and pause in speech, from the detector's probabilities and the loudness. The
// marks are backdated to when the sound really began and ended: the recogniser must hear the first
// word, and the reply gap is counted from the last.
#pragma once
#include <optional>
#include <variant>

#include "base/time.hpp"
#include "call/events.hpp"

namespace frontdesk::conversation {

/// Silero at 8 kHz gives true silence less than 0.01, but soft telephone speech often only 0.3 to 0.5.
struct SegmenterSettings {
  float enter = 0.4F;        ///< probability from which a window counts as speech
  float leave = 0.2F;        ///< and below which it counts as silence
  float stirring = 0.08F;    ///< something may be beginning: where the start is backdated to
  float sure = 0.7F;         ///< two windows in a row this likely need no third
  int windows_to_start = 3;  ///< voiced windows (of the last windows_to_start + 1) that make speech: 96 ms
  int windows_to_stop = 2;   ///< silent windows in a row that make a pause: 64 ms. It need not end the turn
  int windows_at_rest = 6;   ///< windows without stirring, in a row, that separate a start from what was before
  base::Duration longest_onset = base::milliseconds(800);
  /// The detector takes its time to believe in silence: a window this much softer than the speech
  /// before is silent whatever it says.
  float fall_db = 26.0F;
  float forget_db = 0.25F;  ///< per window, by which the loudness of the speech is forgotten
  /// Nor does it stop believing in speech at once: so long after a pause began, so soft a window does not
  /// end the pause either.
  int windows_of_doubt = 10;
  float doubt_db = 30.0F;  ///< a little more than fall_db: a sentence may go on softly
};

class SpeechSegmenter {
 public:
  using Mark = std::variant<call::SpeechStarted, call::SpeechStopped>;

  explicit SpeechSegmenter(SegmenterSettings settings = {}) : settings_(settings) {}

  /// One window that covers [start, start + length). `level_dbfs` is its loudness, if known.
  std::optional<Mark> push(base::Instant start, base::Duration length, float probability,
                           std::optional<float> level_dbfs = std::nullopt);
  bool in_speech() const { return in_speech_; }

 private:
  std::optional<Mark> listen(base::Instant start, base::Instant end, float probability);
  std::optional<Mark> follow(base::Instant end, float probability, std::optional<float> level_dbfs);
  bool fell_silent(float probability, std::optional<float> level_dbfs);
  bool is_below(float fall_db, float level_dbfs) const;

  SegmenterSettings settings_;
  bool in_speech_ = false;
  int sure_ = 0;                          ///< windows in a row that are surely speech
  float loudness_dbfs_ = 0;               ///< of the speech so far; 0: not known
  int voiced_ = 0;                        ///< windows in the onset so far
  int silent_ = 0;                        ///< silent windows in a row; before speech: weak windows inside the onset
  int paused_ = 0;                        ///< windows since the pause began
  int at_rest_ = 0;                       ///< windows without stirring, in a row
  std::optional<base::Instant> stirred_;  ///< where the present stirring began
  base::Instant last_voiced_end_{};
};

}  // namespace frontdesk::conversation
