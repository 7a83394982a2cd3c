#include "conversation/speech_segmenter.hpp"

#include <algorithm>

namespace frontdesk::conversation {

std::optional<SpeechSegmenter::Mark> SpeechSegmenter::push(base::Instant start, base::Duration length,
                                                           float probability, std::optional<float> level_dbfs) {
  if (in_speech_) return follow(start + length, probability, level_dbfs);
  if (paused_ < settings_.windows_of_doubt) {
    ++paused_;
    if (level_dbfs && is_below(settings_.doubt_db, *level_dbfs)) probability = 0;
  }
  auto mark = listen(start, start + length, probability);
  if (mark) loudness_dbfs_ = level_dbfs.value_or(0.0F);
  return mark;
}

/// Waiting for speech to begin.
std::optional<SpeechSegmenter::Mark> SpeechSegmenter::listen(base::Instant start, base::Instant end,
                                                             float probability) {
  if (probability >= settings_.stirring) {
    if (!stirred_) stirred_ = start;
    at_rest_ = 0;
  } else if (++at_rest_ >= settings_.windows_at_rest) {
    stirred_.reset();
  }
  sure_ = probability >= settings_.sure ? sure_ + 1 : 0;
  if (probability < settings_.enter) {
    if (++silent_ > 1) voiced_ = 0;  // one weak window inside an onset is forgiven
    return std::nullopt;
  }
  if (voiced_ == 0) silent_ = 0;
  if (++voiced_ < settings_.windows_to_start && sure_ < 2) return std::nullopt;
  in_speech_ = true;
  sure_ = 0;
  silent_ = 0;
  last_voiced_end_ = end;
  return call::SpeechStarted{std::max(stirred_.value_or(start), end - settings_.longest_onset)};
}

/// Waiting for it to pause. Between the two thresholds a window continues the speech.
std::optional<SpeechSegmenter::Mark> SpeechSegmenter::follow(base::Instant end, float probability,
                                                             std::optional<float> level_dbfs) {
  if (!fell_silent(probability, level_dbfs)) {
    last_voiced_end_ = end;
    silent_ = 0;
    return std::nullopt;
  }
  if (++silent_ < settings_.windows_to_stop) return std::nullopt;
  in_speech_ = false;
  voiced_ = 0;
  silent_ = 0;
  at_rest_ = 0;
  paused_ = 0;
  stirred_.reset();
  return call::SpeechStopped{last_voiced_end_};
}

bool SpeechSegmenter::is_below(float fall_db, float level_dbfs) const {
  return loudness_dbfs_ < 0 && level_dbfs < loudness_dbfs_ - fall_db;
}

bool SpeechSegmenter::fell_silent(float probability, std::optional<float> level_dbfs) {
  if (probability < settings_.leave) return true;
  if (!level_dbfs) return false;
  const bool fell = is_below(settings_.fall_db, *level_dbfs);
  const auto remembered = loudness_dbfs_ < 0 ? loudness_dbfs_ - settings_.forget_db : *level_dbfs;
  loudness_dbfs_ = std::max(*level_dbfs, remembered);
  return fell;
}

}  // namespace frontdesk::conversation
