// Comfort noise (RFC 3389): the background of a caller whose side sends nothing while nobody talks.
// A packet gives the level and, optionally, the spectrum as reflection coefficients; noise like that
// is generated until speech comes again.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/pcm.hpp"
#include "base/random.hpp"

namespace frontdesk::codec {

inline constexpr std::uint8_t kComfortNoisePayloadType = 13;  ///< at 8 kHz

class ComfortNoise {
 public:
  /// False, and nothing changed: the packet is empty.
  bool update(std::span<const std::uint8_t> payload);
  /// Speech comes again: silence until the next update().
  void stop() { target_rms_ = 0; }
  bool active() const { return target_rms_ > 0; }
  void generate(std::span<audio::Sample> out);

 private:
  static constexpr std::size_t kMaxOrder = 16;
  static constexpr int kLoudestDbov = -30;  ///< louder is no background: a peer may not shout by this way

  base::Random random_{3389};
  std::array<double, kMaxOrder> reflection_{};
  std::array<double, kMaxOrder + 1> backward_{};  ///< the lattice filter's state
  std::size_t order_ = 0;
  double target_rms_ = 0;
  double excitation_ = 0;  ///< rms of the white noise before the filter
};

}  // namespace frontdesk::codec
