// The latest stretch of a stream's audio, addressed by sample number from the start of the stream.
#pragma once
#include <cstdint>

#include "audio/pcm.hpp"

namespace frontdesk::audio {

class RecentAudio {
 public:
  /// At least one sample. All memory is taken here.
  explicit RecentAudio(std::size_t capacity_samples) : ring_(capacity_samples) {}

  void push(PcmView pcm);

  std::uint64_t end() const { return end_; }  ///< samples pushed so far
  std::uint64_t begin() const { return end_ <= ring_.size() ? 0 : end_ - ring_.size(); }

  /// Samples [from, to), shortened to what is still or already there.
  Pcm copy(std::uint64_t from, std::uint64_t to) const;

 private:
  Pcm ring_;
  std::uint64_t end_ = 0;
};

}  // namespace frontdesk::audio
