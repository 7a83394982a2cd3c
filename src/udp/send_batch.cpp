#include "udp/send_batch.hpp"

#include <array>

#include "rtp/packet.hpp"
#include "udp/socket_address.hpp"

namespace frontdesk::udp {

struct SendBatch::Buffers {
  std::array<mmsghdr, kCapacity> messages{};
  std::array<iovec, kCapacity> vectors{};
  std::array<SocketAddress, kCapacity> targets{};
  std::array<std::array<std::uint8_t, rtp::kMaxPacketBytes>, kCapacity> bytes{};
};

SendBatch::SendBatch() : buffers_(std::make_unique<Buffers>()) {}
SendBatch::~SendBatch() = default;
SendBatch::SendBatch(SendBatch&&) noexcept = default;
SendBatch& SendBatch::operator=(SendBatch&&) noexcept = default;

std::span<std::uint8_t> SendBatch::room() {
  return buffers_->bytes[count_];
}

void SendBatch::add(std::size_t size, const base::Endpoint& to) {
  Buffers& b = *buffers_;
  b.vectors[count_] = {b.bytes[count_].data(), size};
  msghdr& header = b.messages[count_].msg_hdr;
  header.msg_name = &b.targets[count_];
  header.msg_namelen = fill(b.targets[count_], to);
  header.msg_iov = &b.vectors[count_];
  header.msg_iovlen = 1;
  ++count_;
}

std::size_t SendBatch::send(const Socket& socket) {
  std::size_t done = 0;
  std::size_t refused = 0;
  while (done < count_) {
    const auto left = static_cast<unsigned>(count_ - done);
    const int taken = ::sendmmsg(socket.descriptor(), &buffers_->messages[done], left, MSG_DONTWAIT | MSG_NOSIGNAL);
    // It stops at the first that cannot be sent, and says why only when that is the first of all.
    if (taken <= 0) ++refused;
    done += taken > 0 ? static_cast<std::size_t>(taken) : 1;
  }
  count_ = 0;
  return refused;
}

}  // namespace frontdesk::udp
