// What one call sends: a packet of 20 ms at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "load/sound_loop.hpp"
#include "media/protection.hpp"
#include "sip/media_description.hpp"

namespace frontdesk::load {

class SentStream {
 public:
  /// `seed` is random (RFC 3550, section 5.1); the call begins the sound at a place of its own.
  SentStream(const sip::NegotiatedMedia& media, const SoundLoop& sound, std::uint64_t seed);

  /// The size of the next packet, written into `out`; 0 if it cannot be sealed.
  std::size_t next(std::span<std::uint8_t> out, media::Protection& protection);
  std::uint64_t packets() const { return packets_; }

 private:
  const SoundLoop* sound_;
  std::uint8_t payload_type_;
  std::uint32_t frame_units_;
  std::uint32_t ssrc_;
  std::uint32_t timestamp_;
  std::uint16_t sequence_;
  std::size_t frame_;
  std::uint64_t packets_ = 0;
};

}  // namespace frontdesk::load
