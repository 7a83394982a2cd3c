// The audio of one stream on its way to the detector, cut into windows. Bounded: what does not fit is
// remembered as a length of silence in its place, so that the number of a window always tells its time.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "audio/pcm.hpp"
#include "speech/vad.hpp"

namespace frontdesk::local_vad {

class WindowQueue {
 public:
  explicit WindowQueue(std::size_t capacity_samples) : ring_(capacity_samples) {}

  void push(audio::PcmView pcm);
  bool has_window() const { return size_ >= speech::kVadWindowSamples; }
  /// The next window as -1 to 1; has_window() must hold. Returns its number.
  std::uint64_t take(std::span<float, speech::kVadWindowSamples> window);

  std::uint64_t samples_lost() const { return lost_; }

 private:
  void append(audio::Sample sample);
  void append_owed_silence();

  std::vector<audio::Sample> ring_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::uint64_t owed_ = 0;  ///< samples of silence that come before whatever is pushed next
  std::uint64_t lost_ = 0;
  std::uint64_t next_index_ = 0;
};

}  // namespace frontdesk::local_vad
