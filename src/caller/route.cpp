#include "caller/route.hpp"

#include <netdb.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "udp/socket_address.hpp"

namespace frontdesk::caller {
namespace {

using base::Endpoint;
using base::ErrorCode;

tl::unexpected<base::Error> socket_error(const std::string& what) {
  const int number = errno;
  return base::fail(ErrorCode::unavailable, "caller", what + ": " + std::strerror(number), base::Retry::now, number);
}

struct Closer {
  int descriptor;
  ~Closer() { ::close(descriptor); }
};

}  // namespace

base::Result<Route> find_route(const Endpoint& peer) {
  constexpr int kRefusalMs = 150;
  const int descriptor = ::socket(peer.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return socket_error("cannot open a socket");
  const Closer closer{descriptor};
  udp::SocketAddress address;
  const auto length = udp::fill(address, peer);
  if (::connect(descriptor, &address.generic, length) != 0)
    return socket_error("there is no route to " + base::address_text(peer));
  Route route{udp::local_of(descriptor)};
  route.local.port = 0;
  constexpr std::string_view kKeepAlive = "\r\n\r\n";
  if (::send(descriptor, kKeepAlive.data(), kKeepAlive.size(), MSG_NOSIGNAL) < 0) return route;
  pollfd waiting{descriptor, POLLIN | POLLERR, 0};
  if (::poll(&waiting, 1, kRefusalMs) > 0 && (waiting.revents & POLLERR) != 0) {
    char byte = 0;
    route.refused = ::recv(descriptor, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNREFUSED;
  }
  return route;
}

base::Result<Endpoint> resolve_host(const std::string& host, std::uint16_t port) {
  if (const auto numeric = base::parse_address(host, port)) return *numeric;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status != 0 || found == nullptr)
    return base::fail(ErrorCode::not_found, "caller", "the host " + host + " is not found: " + ::gai_strerror(status));
  udp::SocketAddress address{};
  std::memcpy(&address, found->ai_addr, std::min<std::size_t>(found->ai_addrlen, sizeof address));
  ::freeaddrinfo(found);
  Endpoint endpoint = udp::endpoint_of(address);
  endpoint.port = port;
  return endpoint;
}

}  // namespace frontdesk::caller
