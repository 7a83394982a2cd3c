#include "conversation/speech_segmenter.hpp"

namespace frontdesk::conversation {

std::optional<SpeechSegmenter::Mark> SpeechSegmenter::push(base::Instant start, base::Duration length,
                                                           float probability) {
  if (probability >= settings_.enter) {
    if (voiced_ == 0) run_start_ = start;
    ++voiced_;
    if (in_speech_ || voiced_ == 1) silent_ = 0;
    last_voiced_end_ = start + length;
    if (!in_speech_ && voiced_ >= settings_.windows_to_start) {
      in_speech_ = true;
      silent_ = 0;
      return call::SpeechStarted{run_start_};
    }
    return std::nullopt;
  }
  // Between the two thresholds a window continues whatever was there.
  if (in_speech_ && probability >= settings_.leave) {
    last_voiced_end_ = start + length;
    silent_ = 0;
    return std::nullopt;
  }
  ++silent_;
  if (!in_speech_) {
    if (silent_ > 1) voiced_ = 0;  // one weak window inside an onset is forgiven
    return std::nullopt;
  }
  if (silent_ < settings_.windows_to_stop) return std::nullopt;
  in_speech_ = false;
  voiced_ = 0;
  return call::SpeechStopped{last_voiced_end_};
}

}  // namespace frontdesk::conversation
