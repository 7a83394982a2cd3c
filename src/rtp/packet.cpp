#include "rtp/packet.hpp"

#include <algorithm>

namespace frontdesk::rtp {
namespace {

constexpr std::size_t kWord = 4;

std::uint16_t read_u16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t read_u32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(read_u16(bytes, at)) << 16 | read_u16(bytes, at + 2);
}

void write_u16(std::span<std::uint8_t> out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

void write_u32(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  write_u16(out, at, static_cast<std::uint16_t>(value >> 16));
  write_u16(out, at + 2, static_cast<std::uint16_t>(value));
}

}  // namespace

std::string_view name(PacketFault fault) {
  switch (fault) {
    case PacketFault::too_short:
      return "too short";
    case PacketFault::too_long:
      return "too long";
    case PacketFault::wrong_version:
      return "not RTP version 2";
    case PacketFault::rtcp:
      return "RTCP";
    case PacketFault::bad_extension:
      return "header extension exceeds the packet";
    case PacketFault::bad_padding:
      return "padding exceeds the packet";
  }
  return "unknown";
}

bool looks_like_rtcp(std::span<const std::uint8_t> datagram) {
  return datagram.size() >= 2 && (datagram[0] >> 6) == 2 && datagram[1] >= 192 && datagram[1] <= 223;
}

tl::expected<Packet, PacketFault> parse_packet(std::span<const std::uint8_t> datagram) {
  if (datagram.size() > kMaxPacketBytes) return tl::unexpected(PacketFault::too_long);
  if (datagram.size() < kHeaderBytes) return tl::unexpected(PacketFault::too_short);
  if ((datagram[0] >> 6) != 2) return tl::unexpected(PacketFault::wrong_version);
  if (looks_like_rtcp(datagram)) return tl::unexpected(PacketFault::rtcp);
  const bool padded = (datagram[0] & 0x20) != 0;
  const bool extended = (datagram[0] & 0x10) != 0;

  Packet packet;
  packet.csrc_count = datagram[0] & 0x0f;
  packet.header = {(datagram[1] & 0x80) != 0, static_cast<std::uint8_t>(datagram[1] & 0x7f), read_u16(datagram, 2),
                   read_u32(datagram, 4), read_u32(datagram, 8)};
  std::size_t at = kHeaderBytes + packet.csrc_count * kWord;
  if (at > datagram.size()) return tl::unexpected(PacketFault::too_short);
  if (extended) {
    if (at + kWord > datagram.size()) return tl::unexpected(PacketFault::bad_extension);
    packet.extension_profile = read_u16(datagram, at);
    const std::size_t bytes = read_u16(datagram, at + 2) * kWord;
    at += kWord;
    if (bytes > datagram.size() - at) return tl::unexpected(PacketFault::bad_extension);
    packet.extension = datagram.subspan(at, bytes);
    at += bytes;
  }
  packet.payload = datagram.subspan(at);
  if (padded) {
    const std::size_t padding = packet.payload.empty() ? 0 : packet.payload.back();
    if (padding == 0 || padding > packet.payload.size()) return tl::unexpected(PacketFault::bad_padding);
    packet.payload = packet.payload.first(packet.payload.size() - padding);
  }
  return packet;
}

std::size_t write_packet(const Header& header, std::span<const std::uint8_t> payload, std::span<std::uint8_t> out) {
  const std::size_t size = kHeaderBytes + payload.size();
  if (out.size() < size) return 0;
  out[0] = 0x80;
  out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7f));
  write_u16(out, 2, header.sequence);
  write_u32(out, 4, header.timestamp);
  write_u32(out, 8, header.ssrc);
  std::copy(payload.begin(), payload.end(), out.begin() + kHeaderBytes);
  return size;
}

}  // namespace frontdesk::rtp
