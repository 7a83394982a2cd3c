// Packet-loss concealment for 8 kHz speech: what is missing is continued by repeating the last pitch
// period, faded to silence within 60 ms, and blended into what is received next (the method of ITU-T
// G.711, Appendix I, without its added delay).
#pragma once
#include <array>
#include <cstddef>
#include <span>

#include "audio/pcm.hpp"

namespace frontdesk::media {

class Concealer {
 public:
  /// Received sound: remembered, and after a gap blended in place with what was invented.
  void received(std::span<audio::Sample> pcm);
  /// Invents what is missing.
  void conceal(std::span<audio::Sample> out);

 private:
  static constexpr std::size_t kShortestPeriod = 20;  ///< 400 Hz
  static constexpr std::size_t kLongestPeriod = 160;  ///< 50 Hz
  static constexpr std::size_t kCompared = 160;       ///< samples looked at to find the period
  static constexpr std::size_t kHistory = kLongestPeriod + kCompared;
  static constexpr std::size_t kFullLevel = 80;  ///< samples before the fade
  static constexpr std::size_t kFade = 400;

  void remember(audio::PcmView pcm);
  std::size_t find_period() const;
  void begin_gap();
  double next_invented();

  std::array<audio::Sample, kHistory> history_{};  ///< oldest first
  std::array<double, kLongestPeriod> period_{};
  std::size_t period_size_ = kLongestPeriod;
  std::size_t at_ = 0;        ///< next sample of the period
  std::size_t invented_ = 0;  ///< samples in this gap
};

}  // namespace frontdesk::media
