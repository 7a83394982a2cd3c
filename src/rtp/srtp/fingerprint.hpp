// What SDP says about a DTLS association that is to key SRTP (RFC 8122, RFC 5763, RFC 8842). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::srtp {

enum class FingerprintHash : std::uint8_t { sha_256, sha_384, sha_512 };

/// The digest of a certificate.
struct Fingerprint {
  FingerprintHash hash = FingerprintHash::sha_256;
  std::string bytes;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// The value after "fingerprint:": "sha-256 4A:AD:B9:...". nullopt for older hashes and a wrong length.
std::optional<Fingerprint> parse_fingerprint(std::string_view value);
std::string fingerprint_text(const Fingerprint& fingerprint);

/// The other end of an association, as offer and answer named it. Another one means another association.
struct DtlsPeer {
  std::vector<Fingerprint> fingerprints;  ///< its certificate has one of them
  bool we_begin = false;                  ///< a=setup:active is ours: we send the ClientHello
  std::string tls_id;                     ///< RFC 8842; empty if it gave none
  friend bool operator==(const DtlsPeer&, const DtlsPeer&) = default;
};

}  // namespace frontdesk::srtp
