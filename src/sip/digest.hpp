// Digest access authentication, client side: RFC 2617 (MD5; qop none, auth, auth-int), RFC 7616 and
// RFC 8760 (SHA-256 for SIP). Pure: the caller supplies the client nonce and counts its uses.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/protect.hpp"

namespace frontdesk::sip {

enum class DigestAlgorithm { md5, md5_sess, sha256, sha256_sess };

/// What the digest covers besides the credentials (qop): nothing new, the method, the body as well.
enum class DigestProtection { none, auth, auth_int };

struct DigestChallenge {
  std::string realm, nonce, opaque;
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
  bool algorithm_given = false;  ///< echo it only then (RFC 2069 servers)
  DigestProtection protection = DigestProtection::none;
  bool stale = false;  ///< the nonce is old, the credentials are not at fault
  bool proxy = false;  ///< from Proxy-Authenticate
  friend bool operator==(const DigestChallenge&, const DigestChallenge&) = default;
};

/// The value of WWW-Authenticate or Proxy-Authenticate. nullopt: not digest, no nonce, or it asks
/// for an algorithm or a protection that we do not have.
std::optional<DigestChallenge> parse_challenge(std::string_view value, bool proxy);

/// SHA-256 before MD5 (RFC 8760, section 2.4); the first among equals. nullptr if there is none.
const DigestChallenge* strongest(std::span<const DigestChallenge> challenges);

struct DigestRequest {
  std::string_view method, uri;
  std::string_view client_nonce;
  std::uint32_t nonce_count = 1;
  std::string_view body = {};  ///< of the message that will be sent
};

/// The whole header line without CRLF: "Authorization: Digest username=..." (or Proxy-Authorization).
std::string authorization(const DigestChallenge& challenge, std::string_view username, const base::Secret& password,
                          const DigestRequest& request);

}  // namespace frontdesk::sip
