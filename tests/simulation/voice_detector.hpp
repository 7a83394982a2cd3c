// What the shell reports of the caller's voice: probabilities for windows of 32 ms, as the detector would
// give them, through the real segmenter. A start is reported 64 to 165 ms after the sound began, a pause 128
// to 181 ms after it ended: whole windows, whole frames of 20 ms, the detector's own time.
#pragma once
#include "conversation/speech_segmenter.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class VoiceDetector {
 public:
  explicit VoiceDetector(Stage& stage) : stage_(stage) {}

  std::function<void(const conversation::SpeechSegmenter::Mark&)> report;

  /// Sound from now on. Where it ends is known already: that saves the windows in between.
  void sound(Instant until);
  void stop() { stopped_ = true; }

 private:
  void window();
  float probability(Instant start) const;

  Stage& stage_;
  conversation::SpeechSegmenter segmenter_;
  Instant from_{};
  Instant until_{};
  float weak_ = 1;  ///< of the second window of this onset
  Instant next_{};  ///< where the next window begins
  bool running_ = false;
  bool stopped_ = false;
};

}  // namespace frontdesk::simulation
