// Digests and keyed digests: SHA-256 (FIPS 180-4), HMAC (RFC 2104), by OpenSSL; and comparing in constant time.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace frontdesk::crypto {

using Bytes = std::span<const std::uint8_t>;
using Sha256 = std::array<std::uint8_t, 32>;
using Sha1 = std::array<std::uint8_t, 20>;

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Sha256 sha256(Bytes text);
Sha256 hmac_sha256(Bytes key, Bytes text);
/// For one-time codes (RFC 4226) only.
Sha1 hmac_sha1(Bytes key, Bytes text);

/// Takes as long for any two of the same length, wherever they differ.
bool equal(Bytes a, Bytes b);
inline bool equal(std::string_view a, std::string_view b) {
  return equal(bytes_of(a), bytes_of(b));
}

/// Against typing errors only (CRC-32 of IEEE 802.3).
std::uint32_t crc32(std::string_view text);

}  // namespace frontdesk::crypto
