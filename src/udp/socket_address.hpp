// Endpoints as the system calls want them.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/endpoint.hpp"

namespace frontdesk::udp {

union SocketAddress {
  sockaddr generic;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

/// Fills `address`; its length.
socklen_t fill(SocketAddress& address, const base::Endpoint& endpoint);
base::Endpoint endpoint_of(const SocketAddress& address);
/// Where a socket is bound. Unset if the kernel does not say.
base::Endpoint local_of(int descriptor);

}  // namespace frontdesk::udp
