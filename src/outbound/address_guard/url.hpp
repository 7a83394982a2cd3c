// An http or https address taken apart (RFC 3986), strictly: whatever two readers could take for different hosts is
// refused rather than guessed at. What is connected to, what TLS verifies and what the Host header says are all this
// one reading.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace frontdesk::address_guard {

inline constexpr std::size_t kLongestUrl = 8192;

struct Url {
  bool tls = true;
  std::string host;      ///< a name in lower case, or an address without brackets
  bool numeric = false;  ///< the host is an address
  std::uint16_t port = 443;
  std::string target;  ///< path and query as they are sent: "/v1/chat?stream=1"; never empty

  /// The Host header: without the port if it is the scheme's own.
  std::string authority() const;
  /// "https://example.com:8443": what connections, and credentials, belong to.
  std::string origin() const;
  std::string text() const { return origin() + target; }
  friend bool operator==(const Url&, const Url&) = default;
};

/// invalid_argument says what to mend. Refused among others: a user before the host, control and non-ASCII characters,
/// backslashes, escapes in the host, a dot at its end, zones, addresses in any form but "192.0.2.1" and
/// "[2001:db8::1]". A fragment is dropped; characters that must not stand in a path or query are percent-encoded.
base::Result<Url> parse_url(std::string_view text);

/// What a Location header at `from` means (RFC 3986, section 5).
base::Result<Url> resolve(const Url& from, std::string_view reference);

}  // namespace frontdesk::address_guard
