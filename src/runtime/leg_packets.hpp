// Where the packets of a call's first leg come from and go to: a socket, or a FrameLeg. Shard thread only.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "runtime/frame_leg.hpp"
#include "udp/socket.hpp"

namespace frontdesk::runtime {

class LegPackets {
 public:
  /// With a frame leg there is no socket.
  LegPackets(udp::Socket socket, std::shared_ptr<FrameLeg> frames);

  /// An address that stands for the other end of a frame leg; nothing is ever sent there.
  static base::Endpoint frame_peer();

  base::Endpoint local() const { return frames_ ? frame_peer() : socket_.local(); }
  void send(std::span<const std::uint8_t> packet, const base::Endpoint& to) const;
  /// What is waiting, at most one batch. Valid until the next call or until the batch is used again.
  std::span<const udp::Datagram> receive(udp::ReceiveBatch& batch);

 private:
  udp::Socket socket_;
  std::shared_ptr<FrameLeg> frames_;
  std::vector<FrameLeg::Packet> packets_;
  std::vector<udp::Datagram> datagrams_;
};

}  // namespace frontdesk::runtime
