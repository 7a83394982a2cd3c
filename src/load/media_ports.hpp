// The sockets that all calls of a run share: packets leave and arrive in batches, which is what makes many calls
// cheap. Whose a packet is, its source tells: each call has a port of its own at the other side.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.hpp"
#include "udp/send_batch.hpp"
#include "udp/socket.hpp"

namespace frontdesk::load {

inline constexpr std::size_t kMediaPorts = 8;

class MediaPorts {
 public:
  /// `local`: its port is not looked at.
  static base::Result<MediaPorts> open(const base::Endpoint& local);

  const base::Endpoint& address(std::size_t call) const { return ports_[call % kMediaPorts].socket.local(); }

  /// Where the call's next datagram goes; what add() takes leaves with flush() at the latest.
  std::span<std::uint8_t> room(std::size_t call) { return ports_[call % kMediaPorts].outgoing.room(); }
  void add(std::size_t call, std::size_t size, const base::Endpoint& to);
  void flush();

  /// Hands over all that waits, port by port.
  void receive(const std::function<void(const udp::Datagram&)>& take);

  std::uint64_t not_sent() const { return not_sent_; }
  std::uint64_t dropped() const;  ///< arrived, but the kernel had no more room for it

 private:
  struct Port {
    udp::Socket socket;
    udp::SendBatch outgoing;
    std::unique_ptr<udp::ReceiveBatch> incoming = std::make_unique<udp::ReceiveBatch>();
  };
  void send(Port& port) { not_sent_ += port.outgoing.send(port.socket); }

  std::vector<Port> ports_;
  std::uint64_t not_sent_ = 0;
};

}  // namespace frontdesk::load
