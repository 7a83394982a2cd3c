// Access tokens of people who signed in: JWT (RFC 7519, RFC 9068) signed with HMAC-SHA-256 (RFC 7515).
//
// The header is looked up, not parsed: for each key there is exactly one header that counts, byte for byte. So there is
// no algorithm to choose, no "none", no key in a header, nothing critical to overlook. Nothing is parsed at all before
// the signature was checked. Keys are versioned by `kid`: sign with the newest, accept those still listed.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::credentials {

inline constexpr std::size_t kLongestAccessToken = 2048;
inline constexpr base::Duration kClockSkew = base::seconds(30);
/// A token that lives longer was not made by this program, whoever signed it.
inline constexpr base::Duration kLongestTokenLife = std::chrono::hours(24);

struct SigningKey {
  std::string kid;     ///< letters, digits, - and _
  base::Secret bytes;  ///< 32 at least
};

struct Claims {
  std::string issuer;
  std::string audience;
  std::string subject;  ///< the user's id
  std::string organisation;
  std::string session;
  base::UtcTime issued{};  ///< whole seconds, as all times here
  base::UtcTime not_before{};
  base::UtcTime expires{};
};

struct Expected {
  std::string issuer;
  std::string audience;
};

std::string sign(const Claims& claims, const SigningKey& key);

/// unauthenticated, with one message for everything but expiry: a stranger learns nothing from it.
base::Result<Claims> verify(std::string_view token, std::span<const SigningKey> keys, const Expected& expected,
                            base::UtcTime now);

/// base64url of the MAC over "header.payload" (RFC 7515, section 5.1).
std::string signature(std::string_view signing_input, const base::Secret& key);

}  // namespace frontdesk::credentials
