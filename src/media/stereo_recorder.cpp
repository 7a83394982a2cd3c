#include "media/stereo_recorder.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace frontdesk::media {

namespace {

std::size_t samples_of(base::Duration duration) {
  return static_cast<std::size_t>(base::to_ms(duration) / audio::kFrameMs) * audio::kFrameSamples * 2;
}

}  // namespace

StereoRecorder::StereoRecorder(base::Duration block, base::Duration hold_back)
    : block_samples_(std::max(samples_of(block), audio::kFrameSamples * std::size_t{2})),
      held_samples_(samples_of(hold_back)) {
  block_.reserve(block_samples_ + held_samples_);
}

std::optional<audio::Pcm> StereoRecorder::add(audio::PcmView caller, audio::PcmView receptionist) {
  FRONTDESK_ASSERT(caller.size() == receptionist.size());
  for (std::size_t i = 0; i < caller.size(); ++i) {
    block_.push_back(redacted_ ? audio::Sample{0} : caller[i]);
    block_.push_back(redacted_ ? audio::Sample{0} : receptionist[i]);
  }
  if (block_.size() < block_samples_ + held_samples_) return std::nullopt;
  const auto end = block_.begin() + static_cast<std::ptrdiff_t>(block_samples_);
  audio::Pcm full(block_.begin(), end);
  block_.erase(block_.begin(), end);
  return full;
}

void StereoRecorder::set_redacted(bool redacted) {
  if (redacted && !redacted_) {
    const auto lately = static_cast<std::ptrdiff_t>(std::min(held_samples_, block_.size()));
    std::fill(block_.end() - lately, block_.end(), audio::Sample{0});
  }
  redacted_ = redacted;
}

audio::Pcm StereoRecorder::take_rest() {
  return std::exchange(block_, {});
}

}  // namespace frontdesk::media
