// What a datagram on a media port is, by its first byte (RFC 7983, section 7), and DTLS records in datagrams. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace frontdesk::dtls {

enum class DatagramKind { stun, dtls, turn_channel, rtp, unknown };  ///< rtp: RTCP as well

constexpr DatagramKind kind_of(std::span<const std::uint8_t> datagram) {
  if (datagram.empty()) return DatagramKind::unknown;
  const std::uint8_t first = datagram[0];
  if (first <= 3) return DatagramKind::stun;
  if (first >= 20 && first <= 63) return DatagramKind::dtls;
  if (first >= 64 && first <= 79) return DatagramKind::turn_channel;
  if (first >= 128 && first <= 191) return DatagramKind::rtp;
  return DatagramKind::unknown;
}

/// With room for the headers of IPv6, UDP and a relay below the 1,280 bytes that every path carries.
inline constexpr std::size_t kMaxDatagram = 1200;

/// A run of whole records as datagrams: as many records in each as fit. What is no record ends the run.
std::vector<std::vector<std::uint8_t>> packed(std::span<const std::uint8_t> records);

}  // namespace frontdesk::dtls
