// The way to the receptionist: its address, ours as seen from there, whether anybody listens.
#pragma once
#include <cstdint>
#include <string>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace frontdesk::caller {

/// The local address from which `peer` is reached (port 0), and whether something listens there as
/// far as UDP can tell: a closed port on a near host answers a keep-alive (RFC 5626, section 4.4.1)
/// with ICMP "port unreachable".
struct Route {
  base::Endpoint local;
  bool refused = false;
};
base::Result<Route> find_route(const base::Endpoint& peer);

/// Numeric or by name (blocking); the first address wins. not_found.
base::Result<base::Endpoint> resolve_host(const std::string& host, std::uint16_t port);

}  // namespace frontdesk::caller
