#include "providers/turn_streams/recent_audio.hpp"

#include <algorithm>

namespace frontdesk::turn_streams {

void RecentAudio::push(audio::PcmView pcm) {
  end_ += pcm.size();
  pcm = pcm.last(std::min(pcm.size(), capacity_));
  if (samples_.size() + pcm.size() > capacity_ + capacity_ / 8) {
    const auto kept = capacity_ - pcm.size();
    const auto gone = samples_.size() - std::min(samples_.size(), kept);
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(gone));
  }
  samples_.insert(samples_.end(), pcm.begin(), pcm.end());
}

audio::Pcm RecentAudio::copy(std::uint64_t from, std::uint64_t to) const {
  const auto begin = end_ - samples_.size();
  from = std::max(from, begin);
  to = std::min(to, end_);
  if (from >= to) return {};
  const auto at = samples_.begin() + static_cast<std::ptrdiff_t>(from - begin);
  return {at, at + static_cast<std::ptrdiff_t>(to - from)};
}

}  // namespace frontdesk::turn_streams
