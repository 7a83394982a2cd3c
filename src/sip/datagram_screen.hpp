// Private: what may come to the parser at all: a glance at the bytes, without allocation, because libre makes an
// object for each header and reads again and again what never ends. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace frontdesk::sip {

inline constexpr std::size_t kMaxFirstLine = 2048;
inline constexpr std::size_t kMaxHead = 16 * 1024;  ///< start line and headers
inline constexpr std::size_t kMaxHeaderLines = 256;

/// False: no SIP message, or one longer than anybody needs. True says nothing about the rest.
bool worth_parsing(std::span<const std::uint8_t> message);

/// A STUN message (RFC 8489, section 5) by its first bits and its magic cookie.
bool looks_like_stun(std::span<const std::uint8_t> datagram);

}  // namespace frontdesk::sip
