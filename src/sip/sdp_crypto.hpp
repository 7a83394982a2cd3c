// SDP security descriptions (RFC 4568): one a=crypto line, read and written. Pure, but for
// random_crypto_keys(), which stands in a file of its own.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "rtp/srtp/crypto_suite.hpp"

namespace frontdesk::sip {

struct CryptoAttribute {
  std::string tag;  ///< one to nine digits
  srtp::CryptoSuite suite = srtp::CryptoSuite::aes_cm_128_hmac_sha1_80;
  base::Secret key;  ///< master key and salt, srtp::key_bytes(suite) long
};

/// One key of ours for each suite, in the order of srtp::kAllSuites; one that is empty is not used.
using CryptoKeys = std::array<base::Secret, srtp::kAllSuites.size()>;

CryptoKeys random_crypto_keys();

/// The value after "crypto:". nullopt for what we could not decrypt: another suite, several keys, an MKI,
/// a key of the wrong length, or session parameters that change the protection.
std::optional<CryptoAttribute> parse_crypto(std::string_view value);
/// The whole line.
std::string crypto_line(const CryptoAttribute& attribute);

}  // namespace frontdesk::sip
