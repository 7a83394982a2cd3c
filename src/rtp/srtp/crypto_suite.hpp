// The protection of SRTP that SDP security descriptions can name (RFC 4568, section 6.2; RFC 6188; RFC 7714).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/protect.hpp"

namespace frontdesk::srtp {

enum class CryptoSuite : std::uint8_t {
  aead_aes_256_gcm,
  aead_aes_128_gcm,
  aes_256_cm_hmac_sha1_80,
  aes_cm_128_hmac_sha1_80,
  aes_cm_128_hmac_sha1_32,
};

/// Strongest first.
inline constexpr std::array kAllSuites{CryptoSuite::aead_aes_256_gcm, CryptoSuite::aead_aes_128_gcm,
                                       CryptoSuite::aes_256_cm_hmac_sha1_80, CryptoSuite::aes_cm_128_hmac_sha1_80,
                                       CryptoSuite::aes_cm_128_hmac_sha1_32};
inline constexpr std::size_t kMaxKeyBytes = 46;

constexpr std::string_view name(CryptoSuite suite) {
  constexpr std::array<std::string_view, kAllSuites.size()> kNames{"AEAD_AES_256_GCM", "AEAD_AES_128_GCM",
                                                                   "AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_80",
                                                                   "AES_CM_128_HMAC_SHA1_32"};
  return kNames[static_cast<std::size_t>(suite)];
}

/// Master key and master salt, one after the other, as in an inline: parameter.
constexpr std::size_t key_bytes(CryptoSuite suite) {
  constexpr std::array<std::size_t, kAllSuites.size()> kBytes{32 + 12, 16 + 12, 32 + 14, 16 + 14, 16 + 14};
  return kBytes[static_cast<std::size_t>(suite)];
}

/// Letters of either case; RFC 6188 spells AES_256_CM, some devices AES_CM_256.
std::optional<CryptoSuite> suite_named(std::string_view text);

/// What both directions of a stream are protected with. Keys are master key and salt, key_bytes() long.
struct SrtpKeys {
  CryptoSuite suite = CryptoSuite::aes_cm_128_hmac_sha1_80;
  base::Secret send;
  base::Secret receive;
  friend bool operator==(const SrtpKeys&, const SrtpKeys&) = default;
};

}  // namespace frontdesk::srtp
