// Datagrams to many places through one socket, in one system call (sendmmsg(2)).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/endpoint.hpp"
#include "udp/socket.hpp"

namespace frontdesk::udp {

class SendBatch {
 public:
  static constexpr std::size_t kCapacity = 64;

  SendBatch();
  ~SendBatch();
  SendBatch(SendBatch&&) noexcept;
  SendBatch& operator=(SendBatch&&) noexcept;

  /// Where the next datagram is to be written. Not while full().
  std::span<std::uint8_t> room();
  /// The first `size` bytes of room() are a datagram.
  void add(std::size_t size, const base::Endpoint& to);
  bool full() const { return count_ == kCapacity; }

  /// Empties the batch; how many datagrams the kernel did not take: they are lost, as packets are.
  std::size_t send(const Socket& socket);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::size_t count_ = 0;
};

}  // namespace frontdesk::udp
