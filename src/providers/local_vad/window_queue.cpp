#include "providers/local_vad/window_queue.hpp"

#include "base/assert.hpp"

namespace frontdesk::local_vad {

void WindowQueue::append(audio::Sample sample) {
  ring_[(begin_ + size_) % ring_.size()] = sample;
  ++size_;
}

void WindowQueue::append_owed_silence() {
  while (owed_ > 0 && size_ < ring_.size()) {
    append(0);
    --owed_;
  }
}

void WindowQueue::push(audio::PcmView pcm) {
  append_owed_silence();
  const auto fits = std::min(pcm.size(), ring_.size() - size_);
  for (const auto sample : pcm.first(fits)) append(sample);
  owed_ += pcm.size() - fits;
  lost_ += pcm.size() - fits;
}

std::uint64_t WindowQueue::take(std::span<float, speech::kVadWindowSamples> window) {
  FRONTDESK_ASSERT(has_window());
  for (auto& value : window) {
    value = static_cast<float>(ring_[begin_]) / 32768.0F;
    begin_ = (begin_ + 1) % ring_.size();
  }
  size_ -= window.size();
  append_owed_silence();
  return next_index_++;
}

}  // namespace frontdesk::local_vad
