#include "audio/recent_audio.hpp"

namespace frontdesk::audio {

void RecentAudio::push(PcmView pcm) {
  if (pcm.size() > ring_.size()) {
    end_ += pcm.size() - ring_.size();
    pcm = pcm.last(ring_.size());
  }
  const auto at = static_cast<std::size_t>(end_ % ring_.size());
  const auto until_wrap = std::min(pcm.size(), ring_.size() - at);
  std::copy_n(pcm.begin(), until_wrap, ring_.begin() + static_cast<std::ptrdiff_t>(at));
  std::copy(pcm.begin() + static_cast<std::ptrdiff_t>(until_wrap), pcm.end(), ring_.begin());
  end_ += pcm.size();
}

Pcm RecentAudio::copy(std::uint64_t from, std::uint64_t to) const {
  from = std::max(from, begin());
  to = std::min(to, end_);
  Pcm out;
  if (from >= to) return out;
  out.reserve(static_cast<std::size_t>(to - from));
  const auto at = static_cast<std::size_t>(from % ring_.size());
  const auto size = static_cast<std::size_t>(to - from);
  const auto until_wrap = std::min(size, ring_.size() - at);
  const auto first = ring_.begin() + static_cast<std::ptrdiff_t>(at);
  out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(until_wrap));
  out.insert(out.end(), ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(size - until_wrap));
  return out;
}

}  // namespace frontdesk::audio
