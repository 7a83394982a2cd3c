#include "media/stereo_recorder.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace frontdesk::media {

StereoRecorder::StereoRecorder(base::Duration block) {
  const std::int64_t ticks = std::max<std::int64_t>(1, base::to_ms(block) / audio::kFrameMs);
  block_samples_ = static_cast<std::size_t>(ticks) * audio::kFrameSamples * 2;
  block_.reserve(block_samples_);
}

std::optional<audio::Pcm> StereoRecorder::add(audio::PcmView caller, audio::PcmView receptionist) {
  FRONTDESK_ASSERT(caller.size() == receptionist.size());
  for (std::size_t i = 0; i < caller.size(); ++i) {
    block_.push_back(redacted_ ? audio::Sample{0} : caller[i]);
    block_.push_back(redacted_ ? audio::Sample{0} : receptionist[i]);
  }
  if (block_.size() < block_samples_) return std::nullopt;
  audio::Pcm full;
  full.reserve(block_samples_);
  std::swap(full, block_);
  return full;
}

audio::Pcm StereoRecorder::take_rest() {
  return std::exchange(block_, {});
}

}  // namespace frontdesk::media
