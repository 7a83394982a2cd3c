#include "runtime/leg_packets.hpp"

namespace frontdesk::runtime {

LegPackets::LegPackets(udp::Socket socket, std::shared_ptr<FrameLeg> frames)
    : socket_(std::move(socket)), frames_(std::move(frames)) {
  if (!frames_) socket_.stamp_arrivals();
}

base::Endpoint LegPackets::frame_peer() {
  constexpr std::uint16_t kDiscard = 9;
  static const auto peer = *base::parse_address("127.0.0.1", kDiscard);
  return peer;
}

void LegPackets::send(std::span<const std::uint8_t> packet, const base::Endpoint& to) const {
  frames_ ? frames_->on_packet(packet) : (void)socket_.send(packet, to);
}

std::span<const udp::Datagram> LegPackets::receive(udp::ReceiveBatch& batch) {
  if (!frames_) return socket_.receive(batch);
  datagrams_.clear();
  frames_->drain(packets_);
  for (const auto& packet : packets_) datagrams_.push_back({packet.bytes, frame_peer(), packet.arrival});
  return datagrams_;
}

}  // namespace frontdesk::runtime
