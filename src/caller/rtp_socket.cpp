#include "caller/rtp_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/clock.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::caller {
namespace {

using base::Endpoint;
using base::ErrorCode;

constexpr std::size_t kBatch = 32;
constexpr std::size_t kControlBytes = 64;
constexpr int kEvenPortTries = 16;
constexpr std::string_view kDomain = "caller.rtp";

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress address;
  if (endpoint.v6) {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(endpoint.port);
    std::memcpy(&in6.sin6_addr, endpoint.address.data(), 16);
    address.length = sizeof in6;
  } else {
    auto& in4 = reinterpret_cast<sockaddr_in&>(address.storage);
    in4.sin_family = AF_INET;
    in4.sin_port = htons(endpoint.port);
    std::memcpy(&in4.sin_addr, endpoint.address.data(), 4);
    address.length = sizeof in4;
  }
  return address;
}

Endpoint to_endpoint(const sockaddr_storage& storage) {
  Endpoint endpoint;
  if (storage.ss_family == AF_INET6) {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(storage);
    endpoint.v6 = true;
    endpoint.port = ntohs(in6.sin6_port);
    std::memcpy(endpoint.address.data(), &in6.sin6_addr, 16);
  } else {
    const auto& in4 = reinterpret_cast<const sockaddr_in&>(storage);
    endpoint.port = ntohs(in4.sin_port);
    std::memcpy(endpoint.address.data(), &in4.sin_addr, 4);
  }
  return endpoint;
}

Endpoint local_of(int fd) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (getsockname(fd, address.get(), &address.length) != 0) return {};
  return to_endpoint(address.storage);
}

tl::unexpected<base::Error> socket_error(std::string what) {
  const int number = errno;
  return base::fail(ErrorCode::unavailable, kDomain, what + ": " + std::strerror(number), base::Retry::now, number);
}

/// Kernel stamps are on the wall clock, which may be stepped; both clocks are read anew per batch.
base::Duration wall_to_monotonic() {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  return base::monotonic_now().since_start - base::seconds(wall.tv_sec) - base::Duration(wall.tv_nsec);
}

std::optional<base::Duration> kernel_stamp(msghdr& message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
    return base::seconds(stamp.tv_sec) + base::Duration(stamp.tv_nsec);
  }
  return std::nullopt;
}

struct FdCloser {
  int fd;
  ~FdCloser() { ::close(fd); }
};

}  // namespace

struct ReceiveBatch::Buffers {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> vectors{};
  std::array<sockaddr_storage, kBatch> sources{};
  std::array<std::array<std::uint8_t, rtp::kMaxPacketBytes>, kBatch> bytes{};
  alignas(cmsghdr) std::array<std::array<char, kControlBytes>, kBatch> control{};

  void arm() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      vectors[i] = {bytes[i].data(), bytes[i].size()};
      msghdr& header = messages[i].msg_hdr;
      header = {};
      header.msg_name = &sources[i];
      header.msg_namelen = sizeof sources[i];
      header.msg_iov = &vectors[i];
      header.msg_iovlen = 1;
      header.msg_control = control[i].data();
      header.msg_controllen = control[i].size();
    }
  }
};

ReceiveBatch::ReceiveBatch() : buffers_(std::make_unique<Buffers>()) {
  datagrams_.reserve(kBatch);
}
ReceiveBatch::~ReceiveBatch() = default;

base::Result<RtpSocket> RtpSocket::open(const Endpoint& address) {
  for (int attempt = 0; attempt < kEvenPortTries; ++attempt) {
    const int fd = ::socket(address.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return socket_error("cannot open a socket for RTP");
    RtpSocket socket(fd, {});
    Endpoint wanted = address;
    wanted.port = 0;
    const SocketAddress bound = to_socket_address(wanted);
    if (::bind(fd, bound.get(), bound.length) != 0)
      return socket_error("cannot receive RTP on " + base::address_text(address));
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    socket.local_ = local_of(fd);
    if (socket.local_.port % 2 == 0 || attempt + 1 == kEvenPortTries) return socket;
  }
  return base::fail(ErrorCode::unavailable, kDomain, "no free port for RTP");
}

RtpSocket::~RtpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

RtpSocket& RtpSocket::operator=(RtpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(local_, other.local_);
  return *this;
}

std::span<const Datagram> RtpSocket::receive(ReceiveBatch& batch) {
  ReceiveBatch::Buffers& buffers = *batch.buffers_;
  buffers.arm();
  batch.datagrams_.clear();
  const int count = ::recvmmsg(fd_, buffers.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return {};
  const base::Duration offset = wall_to_monotonic();
  const base::Instant now = base::monotonic_now();
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    msghdr& header = buffers.messages[i].msg_hdr;
    const auto stamp = kernel_stamp(header);
    batch.datagrams_.push_back({std::span(buffers.bytes[i].data(), buffers.messages[i].msg_len),
                                to_endpoint(buffers.sources[i]), stamp ? base::Instant{*stamp + offset} : now});
  }
  return batch.datagrams_;
}

bool RtpSocket::send(std::span<const std::uint8_t> datagram, const Endpoint& to) {
  const SocketAddress address = to_socket_address(to);
  const ssize_t sent =
      ::sendto(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL, address.get(), address.length);
  return sent == static_cast<ssize_t>(datagram.size());
}

base::Result<Route> find_route(const Endpoint& peer) {
  constexpr int kRefusalMs = 150;
  const int fd = ::socket(peer.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return socket_error("cannot open a socket");
  const FdCloser closer{fd};
  const SocketAddress address = to_socket_address(peer);
  if (::connect(fd, address.get(), address.length) != 0)
    return socket_error("there is no route to " + base::address_text(peer));
  Route route{local_of(fd)};
  route.local.port = 0;
  constexpr std::string_view kKeepAlive = "\r\n\r\n";
  if (::send(fd, kKeepAlive.data(), kKeepAlive.size(), MSG_NOSIGNAL) < 0) return route;
  pollfd waiting{fd, POLLIN | POLLERR, 0};
  if (::poll(&waiting, 1, kRefusalMs) > 0 && (waiting.revents & POLLERR) != 0) {
    char byte = 0;
    route.refused = ::recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNREFUSED;
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
  sockaddr_storage storage{};
  std::memcpy(&storage, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  Endpoint endpoint = to_endpoint(storage);
  endpoint.port = port;
  return endpoint;
}

}  // namespace frontdesk::caller
