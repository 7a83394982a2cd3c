// Networks that an organisation's people and tokens may come from: CIDR (RFC 4632, RFC 4291, section 2.3).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace frontdesk::credentials {

inline constexpr std::size_t kMostNetworks = 100;

struct Network {
  base::Endpoint address;
  int bits = 0;
  friend bool operator==(const Network&, const Network&) = default;
};

/// "192.0.2.0/24", "2001:db8::/32", or one address. invalid_argument if bits behind the prefix are set.
base::Result<Network> parse_network(std::string_view text);
std::string to_string(const Network& network);

/// ::ffff:192.0.2.1 (RFC 4291, section 2.5.5.2) as 192.0.2.1; others as they are.
base::Endpoint unmapped(const base::Endpoint& address);

bool contains(const Network& network, const base::Endpoint& address);
/// An empty list allows everybody.
bool allows(std::span<const Network> networks, const base::Endpoint& address);

}  // namespace frontdesk::credentials
