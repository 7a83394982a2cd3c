#include "udp/socket.hpp"

#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "rtp/packet.hpp"
#include "udp/socket_address.hpp"

namespace frontdesk::udp {
namespace {

constexpr int kReceiveBuffer = 256 * 1024;
constexpr int kExpeditedForwarding = 0xb8;  // DSCP EF, RFC 3246
constexpr std::size_t kBatch = 32;
constexpr std::size_t kControlBytes = 64;

tl::unexpected<base::Error> socket_error(const std::string& what) {
  const int number = errno;
  return base::fail(base::ErrorCode::unavailable, "udp", what + ": " + std::strerror(number), base::Retry::now, number);
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

}  // namespace

struct ReceiveBatch::Buffers {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> vectors{};
  std::array<SocketAddress, kBatch> sources{};
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

base::Result<Socket> Socket::bind(const base::Endpoint& local) {
  const int descriptor = ::socket(local.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return socket_error("cannot open a socket for RTP");
  Socket socket(descriptor);
  SocketAddress address;
  const auto length = fill(address, local);
  if (::bind(descriptor, &address.generic, length) != 0)
    return socket_error("cannot receive RTP on " + base::address_text(local));
  socket.local_ = local_of(descriptor);
  return socket;
}

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), local_(other.local_) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(local_, other.local_);
  return *this;
}

void Socket::carry_voice() const {
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  ::setsockopt(descriptor_, local_.v6 ? IPPROTO_IPV6 : IPPROTO_IP, local_.v6 ? IPV6_TCLASS : IP_TOS,
               &kExpeditedForwarding, sizeof kExpeditedForwarding);
}

void Socket::stamp_arrivals() const {
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

bool Socket::send(std::span<const std::uint8_t> packet, const base::Endpoint& to) const {
  SocketAddress address;
  const auto length = fill(address, to);
  const auto flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  return ::sendto(descriptor_, packet.data(), packet.size(), flags, &address.generic, length) >= 0;
}

std::size_t Socket::receive(std::span<std::uint8_t> buffer, base::Endpoint& from) const {
  SocketAddress address;
  socklen_t length = sizeof address;
  const auto got = ::recvfrom(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT, &address.generic, &length);
  if (got <= 0) return 0;
  from = endpoint_of(address);
  return static_cast<std::size_t>(got);
}

std::span<const Datagram> Socket::receive(ReceiveBatch& batch) const {
  ReceiveBatch::Buffers& buffers = *batch.buffers_;
  buffers.arm();
  batch.datagrams_.clear();
  const int count = ::recvmmsg(descriptor_, buffers.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return {};
  const base::Duration offset = wall_to_monotonic();
  const base::Instant now = base::monotonic_now();
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto stamp = kernel_stamp(buffers.messages[i].msg_hdr);
    batch.datagrams_.push_back({std::span(buffers.bytes[i].data(), buffers.messages[i].msg_len),
                                endpoint_of(buffers.sources[i]), stamp ? base::Instant{*stamp + offset} : now});
  }
  return batch.datagrams_;
}

}  // namespace frontdesk::udp
