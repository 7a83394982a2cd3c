#include "udp/socket.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
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

constexpr int kExpeditedForwarding = 0xb8;  // DSCP EF, RFC 3246
constexpr std::size_t kBatch = kReceiveBatchSize;
constexpr std::size_t kControlBytes = 128;  // a time stamp and a count

tl::unexpected<base::Error> socket_error(const std::string& what) {
  const int number = errno;
  return base::fail(base::ErrorCode::unavailable, "udp", what + ": " + std::strerror(number), base::Retry::now, number);
}

/// Kernel stamps are on the wall clock, which may be stepped; both clocks are read anew per batch.
base::Duration wall_to_monotonic(base::Instant now) {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  return now.since_start - base::seconds(wall.tv_sec) - base::Duration(wall.tv_nsec);
}

/// What the kernel says about a datagram.
struct Remarks {
  std::optional<base::Duration> stamp;
  std::optional<std::uint32_t> overflow;
};

Remarks remarks_on(msghdr& message) {
  Remarks remarks;
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET) continue;
    if (control->cmsg_type == SCM_TIMESTAMPNS) {
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
      remarks.stamp = base::seconds(stamp.tv_sec) + base::Duration(stamp.tv_nsec);
    } else if (control->cmsg_type == SO_RXQ_OVFL) {
      remarks.overflow.emplace();
      std::memcpy(&*remarks.overflow, CMSG_DATA(control), sizeof(std::uint32_t));
    }
  }
  return remarks;
}

}  // namespace

struct ReceiveBatch::Buffers {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> vectors{};
  std::array<SocketAddress, kBatch> sources{};
  std::array<std::array<std::uint8_t, rtp::kMaxPacketBytes>, kBatch> bytes{};
  alignas(cmsghdr) std::array<std::array<char, kControlBytes>, kBatch> control{};

  /// The first `count` only: the kernel has not touched the others.
  void arm(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
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

ReceiveBatch::ReceiveBatch() : buffers_(std::make_unique<Buffers>()), used_(kBatch) {
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

void Socket::carry_voice(int receive_buffer) const {
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  ::setsockopt(descriptor_, local_.v6 ? IPPROTO_IPV6 : IPPROTO_IP, local_.v6 ? IPV6_TCLASS : IP_TOS,
               &kExpeditedForwarding, sizeof kExpeditedForwarding);
}

void Socket::stamp_arrivals() const {
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

void Socket::count_overflow() const {
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
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
  buffers.arm(std::exchange(batch.used_, 0));
  batch.datagrams_.clear();
  const int count = ::recvmmsg(descriptor_, buffers.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  // The kernel may have written to the header of one more, which it then found nothing for.
  batch.used_ = std::min(static_cast<std::size_t>(std::max(count, 0)) + 1, kBatch);
  if (count <= 0) return {};
  const base::Instant now = base::monotonic_now();
  const base::Duration offset = wall_to_monotonic(now);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const Remarks remarks = remarks_on(buffers.messages[i].msg_hdr);
    if (remarks.overflow) batch.overflow_ = *remarks.overflow;
    const auto arrival = remarks.stamp ? base::Instant{*remarks.stamp + offset} : now;
    batch.datagrams_.push_back(
        {std::span(buffers.bytes[i].data(), buffers.messages[i].msg_len), endpoint_of(buffers.sources[i]), arrival});
  }
  return batch.datagrams_;
}

}  // namespace frontdesk::udp
