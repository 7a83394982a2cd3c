// The audio codecs we speak, and what SDP and RTP need to know of each (RFC 3551, RFC 7587).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontdesk::codec {

enum class Codec : std::uint8_t { pcmu, pcma, g722, opus };

inline constexpr std::array kAllCodecs{Codec::pcmu, Codec::pcma, Codec::g722, Codec::opus};

struct Traits {
  std::string_view encoding;  ///< the rtpmap's name: "PCMU"
  std::uint32_t clock_rate =
      8000;          ///< of RTP timestamps and in the rtpmap; G.722's is 8000 though it samples at 16 kHz
  int channels = 1;  ///< in the rtpmap; Opus always says 2
  std::optional<std::uint8_t> static_payload_type;
  /// Every sample at 8 kHz is one byte, so that packets can be cut and joined anywhere.
  bool byte_per_sample = true;
};

constexpr Traits traits(Codec codec) {
  switch (codec) {
    case Codec::pcmu:
      return {"PCMU", 8000, 1, 0, true};
    case Codec::pcma:
      return {"PCMA", 8000, 1, 8, true};
    case Codec::g722:
      return {"G722", 8000, 1, 9, true};
    case Codec::opus:
      return {"opus", 48000, 2, std::nullopt, false};
  }
  return {};
}

/// The packet length next below `ms` that the codec can fill, within 10 to 60 ms; Opus has no frames of 30 or 50 ms.
constexpr int packet_ms(Codec codec, int ms) {
  const int tens = ms < 10 ? 10 : ms > 60 ? 60 : ms / 10 * 10;
  if (codec == Codec::opus && (tens == 30 || tens == 50)) return tens - 10;
  return tens;
}

}  // namespace frontdesk::codec
