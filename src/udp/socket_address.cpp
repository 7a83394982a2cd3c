#include "udp/socket_address.hpp"

#include <cstring>

namespace frontdesk::udp {

socklen_t fill(SocketAddress& address, const base::Endpoint& endpoint) {
  std::memset(&address, 0, sizeof address);
  if (endpoint.v6) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(endpoint.port);
    std::memcpy(&address.v6.sin6_addr, endpoint.address.data(), 16);
    return sizeof address.v6;
  }
  address.v4.sin_family = AF_INET;
  address.v4.sin_port = htons(endpoint.port);
  std::memcpy(&address.v4.sin_addr, endpoint.address.data(), 4);
  return sizeof address.v4;
}

base::Endpoint endpoint_of(const SocketAddress& address) {
  base::Endpoint endpoint;
  if (address.generic.sa_family == AF_INET6) {
    endpoint.v6 = true;
    endpoint.port = ntohs(address.v6.sin6_port);
    std::memcpy(endpoint.address.data(), &address.v6.sin6_addr, 16);
  } else {
    endpoint.port = ntohs(address.v4.sin_port);
    std::memcpy(endpoint.address.data(), &address.v4.sin_addr, 4);
  }
  return endpoint;
}

base::Endpoint local_of(int descriptor) {
  SocketAddress address;
  socklen_t length = sizeof address;
  if (getsockname(descriptor, &address.generic, &length) != 0) return {};
  return endpoint_of(address);
}

}  // namespace frontdesk::udp
