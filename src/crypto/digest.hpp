// Digests and keyed digests: SHA-256 (FIPS 180-4), HMAC (RFC 2104), by OpenSSL; and comparing in constant time. MD5
// (RFC 1321) only where a protocol demands it as a check against accidents.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace frontdesk::crypto {

using Bytes = std::span<const std::uint8_t>;
using Sha256 = std::array<std::uint8_t, 32>;
using Sha1 = std::array<std::uint8_t, 20>;
using Md5 = std::array<std::uint8_t, 16>;

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <std::size_t N>
std::string_view text_of(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Sha256 sha256(Bytes text);
inline Sha256 sha256(std::string_view text) {
  return sha256(bytes_of(text));
}
Sha256 hmac_sha256(Bytes key, Bytes text);
inline Sha256 hmac_sha256(std::string_view key, std::string_view text) {
  return hmac_sha256(bytes_of(key), bytes_of(text));
}
Md5 md5(std::string_view text);

/// SHA-256 of what comes in pieces.
class RunningSha256 {
 public:
  RunningSha256();
  void add(std::string_view text);
  /// Of everything so far; once.
  Sha256 finish();

 private:
  std::shared_ptr<void> context_;
};

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
