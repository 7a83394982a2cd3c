// Start of speech and pause in speech, from the detector's probabilities. The marks are backdated to
// when the sound really began and ended, because the reply gap is counted from there.
#pragma once
#include <optional>
#include <variant>

#include "base/time.hpp"
#include "call/events.hpp"

namespace frontdesk::conversation {

struct SegmenterSettings {
  float enter = 0.5F;  ///< probability above which a window counts as speech
  float leave = 0.35F; ///< and below which it counts as silence
  int windows_to_start = 4;  ///< voiced windows (of the last windows_to_start + 1) that make speech: 128 ms
  int windows_to_stop = 4;   ///< silent windows in a row that make a pause: 128 ms
};

class SpeechSegmenter {
 public:
  using Mark = std::variant<call::SpeechStarted, call::SpeechStopped>;

  explicit SpeechSegmenter(SegmenterSettings settings = {}) : settings_(settings) {}

  /// One window that covers [start, start + length).
  std::optional<Mark> push(base::Instant start, base::Duration length, float probability);
  bool in_speech() const { return in_speech_; }

 private:
  SegmenterSettings settings_;
  bool in_speech_ = false;
  int voiced_ = 0;  ///< windows in the current run of speech
  int silent_ = 0;  ///< windows in the current run of silence; before speech: weak windows inside the onset
  base::Instant run_start_{};
  base::Instant last_voiced_end_{};
};

}  // namespace frontdesk::conversation
