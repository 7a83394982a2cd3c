// Start of speech and pause in speech, from the detector's probabilities. The marks are backdated to
// when the sound really began and ended: the recogniser must hear the first word, and the reply gap
// is counted from the last.
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
  int windows_to_start = 3;  ///< voiced windows (of the last windows_to_start + 1) that make speech: 96 ms
  int windows_to_stop = 4;   ///< silent windows in a row that make a pause: 128 ms
  int windows_at_rest = 6;   ///< windows without stirring, in a row, that separate a start from what was before
  base::Duration longest_onset = base::milliseconds(800);
};

class SpeechSegmenter {
 public:
  using Mark = std::variant<call::SpeechStarted, call::SpeechStopped>;

  explicit SpeechSegmenter(SegmenterSettings settings = {}) : settings_(settings) {}

  /// One window that covers [start, start + length).
  std::optional<Mark> push(base::Instant start, base::Duration length, float probability);
  bool in_speech() const { return in_speech_; }

 private:
  std::optional<Mark> listen(base::Instant start, base::Instant end, float probability);
  std::optional<Mark> follow(base::Instant end, float probability);

  SegmenterSettings settings_;
  bool in_speech_ = false;
  int voiced_ = 0;                        ///< windows in the onset so far
  int silent_ = 0;                        ///< silent windows in a row; before speech: weak windows inside the onset
  int at_rest_ = 0;                       ///< windows without stirring, in a row
  std::optional<base::Instant> stirred_;  ///< where the present stirring began
  base::Instant last_voiced_end_{};
};

}  // namespace frontdesk::conversation
