// Linear audio: signed 16-bit mono samples. Telephone audio is 8,000 samples a second.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace frontdesk::audio {

using Sample = std::int16_t;
using Pcm = std::vector<Sample>;
using PcmView = std::span<const Sample>;

inline constexpr int kTelephoneRate = 8000;
inline constexpr int kFrameMs = 20;                                             ///< one packet
inline constexpr std::size_t kFrameSamples = kTelephoneRate / 1000 * kFrameMs;  ///< 160

/// Samples that play for `ms` milliseconds at `rate` samples a second.
constexpr std::size_t samples_for(int ms, int rate) {
  return static_cast<std::size_t>(ms) * static_cast<std::size_t>(rate) / 1000;
}

}  // namespace frontdesk::audio
