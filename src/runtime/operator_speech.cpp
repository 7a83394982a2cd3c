#include "runtime/operator_speech.hpp"

#include <utility>

namespace frontdesk::runtime {

void OperatorSpeech::begin(std::shared_ptr<OperatorVoice> voice, base::Instant now) {
  finish();
  voice_ = std::move(voice);
  heard_ = now;
}

void OperatorSpeech::attended(bool by_somebody) {
  if (!by_somebody) finish();
}

void OperatorSpeech::finish() {
  if (voice_) voice_->over = true;
  voice_.reset();
  frames_.clear();
}

void OperatorSpeech::flushed() {
  pieces_.clear();
  sound_ = 0;
}

void OperatorSpeech::pause(media::MediaSession& media) {
  if (sound_ != 0) media.finish(std::exchange(sound_, 0));
}

bool OperatorSpeech::tick(media::MediaSession& media, bool others, media::UtteranceId& last_sound, base::Instant now) {
  if (!voice_) {
    pause(media);
    return true;
  }
  voice_->sound.drain(inbox_);
  if (!inbox_.empty()) heard_ = now;
  for (auto& frame : inbox_) frames_.push_back(std::move(frame));
  if (voice_->given_back || now - heard_ > kVoiceLost) return false;
  if (others || !pieces_.empty()) {
    frames_.clear();
    pause(media);
    return true;
  }
  while (frames_.size() > kMostFrames) frames_.pop_front();
  if (sound_ == 0 && frames_.size() < kFramesAhead) return true;
  if (frames_.empty()) {
    pause(media);
    return true;
  }
  if (sound_ == 0) sound_ = ++last_sound;
  media.play(sound_, frames_.front());
  frames_.pop_front();
  return true;
}

}  // namespace frontdesk::runtime
