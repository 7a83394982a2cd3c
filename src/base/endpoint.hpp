// A numeric network address and port, IPv4 or IPv6: small, comparable, free of socket headers.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontdesk::base {

struct Endpoint {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 in the first four bytes
  bool v6 = false;
  std::uint16_t port = 0;

  bool is_set() const { return port != 0; }
  bool is_loopback() const;
  /// Of a network that the Internet does not route to: loopback, link-local, RFC 1918, RFC 4193, RFC 6598.
  bool is_private() const;
  bool is_unspecified() const;  ///< 0.0.0.0 or ::, whatever the port
  bool same_address(const Endpoint& other) const { return v6 == other.v6 && address == other.address; }
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "192.0.2.1", "2001:db8::1" (no port, no brackets).
std::optional<Endpoint> parse_address(std::string_view text, std::uint16_t port = 0);

/// "192.0.2.1:5060", "[2001:db8::1]:5060", "5060" is refused. Host names are not resolved.
std::optional<Endpoint> parse_endpoint(std::string_view text);

std::string address_text(const Endpoint& endpoint);  ///< "192.0.2.1"
std::string to_string(const Endpoint& endpoint);     ///< "192.0.2.1:5060", "[2001:db8::1]:5060"

}  // namespace frontdesk::base
