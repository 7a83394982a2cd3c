#include "load/sent_stream.hpp"

#include "rtp/packet.hpp"

namespace frontdesk::load {

SentStream::SentStream(const sip::NegotiatedMedia& media, const SoundLoop& sound, std::uint64_t seed)
    : sound_(&sound),
      payload_type_(static_cast<std::uint8_t>(media.format.payload_type)),
      frame_units_(codec::traits(media.format.codec).clock_rate / 1000 * audio::kFrameMs),
      ssrc_(static_cast<std::uint32_t>(seed)),
      timestamp_(static_cast<std::uint32_t>(seed >> 16)),
      // RFC 3711, section 3.3.1: the lower half, for the receiver's first guess at the rollover counter.
      sequence_(static_cast<std::uint16_t>(seed >> 48) & 0x7fff),
      frame_(static_cast<std::size_t>(seed >> 32) % sound.frames()) {}

std::size_t SentStream::next(std::span<std::uint8_t> out, media::Protection& protection) {
  const rtp::Header header{packets_ == 0, payload_type_, sequence_, timestamp_, ssrc_};
  std::size_t size = rtp::write_packet(header, sound_->payload(frame_), out);
  if (size > 0) size = protection.seal(media::Protection::Kind::rtp, out, size);
  ++sequence_;
  ++frame_;
  timestamp_ += frame_units_;
  if (size > 0) ++packets_;
  return size;
}

}  // namespace frontdesk::load
