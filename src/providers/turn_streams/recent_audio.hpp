// The latest stretch of a stream's audio, addressed by sample number from the start of the stream.
#pragma once
#include <cstdint>

#include "audio/pcm.hpp"

namespace frontdesk::turn_streams {

class RecentAudio {
 public:
  explicit RecentAudio(std::size_t capacity_samples) : capacity_(capacity_samples) {}

  void push(audio::PcmView pcm);
  /// Samples [from, to), shortened to what is still or already there.
  audio::Pcm copy(std::uint64_t from, std::uint64_t to) const;

 private:
  std::size_t capacity_;
  audio::Pcm samples_;  ///< up to an eighth more than the capacity, so that moving is rare
  std::uint64_t end_ = 0;
};

}  // namespace frontdesk::turn_streams
