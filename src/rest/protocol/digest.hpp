// A 64-bit digest (FNV-1a) that tells texts apart where nobody gains by a collision: versions of one's own records,
// cursors that were cut short. It is no proof against forgery.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace frontdesk::protocol {

constexpr std::uint64_t digest(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

/// 16 lower-case digits.
inline std::string hexadecimal(std::uint64_t number) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4U) text[i] = "0123456789abcdef"[number & 15U];
  return text;
}

}  // namespace frontdesk::protocol
