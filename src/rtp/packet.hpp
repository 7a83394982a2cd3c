// RTP packets (RFC 3550, section 5.1): parsed in place and written into the caller's buffer, without
// allocation. Every length is checked; whatever a stranger sends yields a PacketFault at worst.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <tl/expected.hpp>

namespace frontdesk::rtp {

inline constexpr std::size_t kHeaderBytes = 12;
inline constexpr std::size_t kMaxPacketBytes = 1500;  ///< larger datagrams are refused

struct Header {
  bool marker = false;
  std::uint8_t payload_type = 0;  ///< 0 to 127
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  friend bool operator==(const Header&, const Header&) = default;
};

/// Views into the datagram it was parsed from.
struct Packet {
  Header header;
  std::span<const std::uint8_t> payload;    ///< padding removed
  std::span<const std::uint8_t> extension;  ///< words after the extension's own header
  std::uint16_t extension_profile = 0;
  std::uint8_t csrc_count = 0;
};

enum class PacketFault { too_short, too_long, wrong_version, rtcp, bad_extension, bad_padding };
std::string_view name(PacketFault fault);

tl::expected<Packet, PacketFault> parse_packet(std::span<const std::uint8_t> datagram);

/// True if a datagram on a shared port is RTCP by its packet type (RFC 5761, section 4).
bool looks_like_rtcp(std::span<const std::uint8_t> datagram);

/// Bytes written, or 0 if `out` is too small.
std::size_t write_packet(const Header& header, std::span<const std::uint8_t> payload, std::span<std::uint8_t> out);

}  // namespace frontdesk::rtp
