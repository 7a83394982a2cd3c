// How loud the last windows of the caller's voice were: the detector's answer comes a moment after
// the samples have gone.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "audio/levels.hpp"
#include "speech/vad.hpp"

namespace frontdesk::runtime {

class WindowLevels {
 public:
  void push(audio::PcmView pcm);
  /// In dBFS; none if the window is not complete or long gone.
  std::optional<float> of(std::uint64_t window) const;

 private:
  static constexpr std::size_t kRemembered = 64;  // two seconds
  std::array<float, kRemembered> levels_{};
  std::array<audio::Sample, speech::kVadWindowSamples> open_{};
  std::size_t filled_ = 0;
  std::uint64_t complete_ = 0;
};

}  // namespace frontdesk::runtime
