// Hashes and the texts they are written as: SHA-256 and MD5 (FIPS 180-4, RFC 1321), HMAC-SHA-256 (RFC 2104),
// hexadecimal and base64 (RFC 4648). MD5 only where a protocol demands it as a check against accidents.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace frontdesk::hashing {

using Sha256 = std::array<std::uint8_t, 32>;
using Md5 = std::array<std::uint8_t, 16>;

Sha256 sha256(std::string_view bytes);
Md5 md5(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

/// SHA-256 of what comes in pieces.
class RunningSha256 {
 public:
  RunningSha256();
  void add(std::string_view bytes);
  /// Of everything so far; once.
  Sha256 finish();

 private:
  std::shared_ptr<void> context_;
};

std::string hex(std::string_view bytes);  ///< lower case
std::string base64(std::string_view bytes);

template <std::size_t N>
std::string_view view(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// In a time that does not depend on where they differ.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace frontdesk::hashing
