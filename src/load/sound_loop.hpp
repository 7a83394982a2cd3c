// One sound, encoded once for all calls: 20 ms payloads, repeated.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "audio/pcm.hpp"
#include "codec/codec.hpp"

namespace frontdesk::load {

inline constexpr std::size_t kMaxLoopFrames = 3000;  ///< a minute

class SoundLoop {
 public:
  /// Whole frames of `pcm`, at most kMaxLoopFrames; empty: silence.
  SoundLoop(codec::Codec codec, audio::PcmView pcm);
  std::size_t frames() const { return payloads_.size(); }
  std::span<const std::uint8_t> payload(std::size_t frame) const { return payloads_[frame % payloads_.size()]; }

 private:
  std::vector<std::vector<std::uint8_t>> payloads_;
};

/// Something to send that is neither silence nor one tone: two seconds.
audio::Pcm warbling_tone();

}  // namespace frontdesk::load
