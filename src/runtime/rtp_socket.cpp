#include "runtime/rtp_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace frontdesk::runtime {
namespace {

constexpr int kSocketBuffer = 256 * 1024;
constexpr int kExpeditedForwarding = 0xb8;  // DSCP EF, RFC 3246

union Address {
  sockaddr generic;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t fill(Address& address, const base::Endpoint& endpoint) {
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

base::Endpoint endpoint_of(const Address& address) {
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

}  // namespace

RtpSocket::~RtpSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

RtpSocket::RtpSocket(RtpSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), local_(other.local_) {}

RtpSocket& RtpSocket::operator=(RtpSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(local_, other.local_);
  return *this;
}

bool RtpSocket::send(std::span<const std::uint8_t> packet, const base::Endpoint& to) const {
  Address address;
  const auto length = fill(address, to);
  return sendto(descriptor_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL, &address.generic, length) >= 0;
}

std::size_t RtpSocket::receive(std::span<std::uint8_t> buffer, base::Endpoint& from) const {
  Address address;
  socklen_t length = sizeof address;
  const auto got = recvfrom(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT, &address.generic, &length);
  if (got <= 0) return 0;
  from = endpoint_of(address);
  return static_cast<std::size_t>(got);
}

RtpPorts::RtpPorts(base::Endpoint address, std::uint16_t first, std::uint16_t last)
    : address_(address), first_(static_cast<std::uint16_t>(first + (first & 1))), last_(last), next_(first_) {}

base::Result<RtpSocket> RtpPorts::open() {
  const std::lock_guard lock(mutex_);
  const int attempts = (last_ - first_) / 2 + 1;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    auto local = address_;
    local.port = next_;
    next_ = next_ + 2 > last_ ? first_ : static_cast<std::uint16_t>(next_ + 2);
    const int descriptor = socket(local.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) break;
    RtpSocket socket(descriptor, local);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
    setsockopt(descriptor, local.v6 ? IPPROTO_IPV6 : IPPROTO_IP, local.v6 ? IPV6_TCLASS : IP_TOS, &kExpeditedForwarding,
               sizeof kExpeditedForwarding);
    Address address;
    const auto length = fill(address, local);
    if (bind(descriptor, &address.generic, length) == 0) return socket;
    if (errno != EADDRINUSE) break;
  }
  return base::fail(base::ErrorCode::resource_exhausted, "rtp",
                    "no free port between " + std::to_string(first_) + " and " + std::to_string(last_) +
                        ": widen server.rtp or end some calls",
                    base::Retry::later, errno);
}

}  // namespace frontdesk::runtime
