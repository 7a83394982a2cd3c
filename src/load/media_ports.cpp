#include "load/media_ports.hpp"

#include "udp/rtp_ports.hpp"

namespace frontdesk::load {
namespace {

constexpr int kReceiveBuffer = 4 * 1024 * 1024;
constexpr int kMaxBatches = 32;  ///< of one port in one go; the rest waits for the next step

}  // namespace

base::Result<MediaPorts> MediaPorts::open(const base::Endpoint& local) {
  MediaPorts ports;
  for (std::size_t i = 0; i < kMediaPorts; ++i) {
    auto socket = udp::open_on_any_even_port(local);
    if (!socket) return tl::unexpected(socket.error());
    socket->carry_voice(kReceiveBuffer);
    socket->stamp_arrivals();
    socket->count_overflow();
    ports.ports_.push_back({.socket = std::move(*socket)});
  }
  return ports;
}

void MediaPorts::add(std::size_t call, std::size_t size, const base::Endpoint& to) {
  Port& port = ports_[call % kMediaPorts];
  port.outgoing.add(size, to);
  if (port.outgoing.full()) send(port);
}

void MediaPorts::flush() {
  for (Port& port : ports_) send(port);
}

void MediaPorts::receive(const std::function<void(const udp::Datagram&)>& take) {
  for (Port& port : ports_) {
    for (int i = 0; i < kMaxBatches; ++i) {
      const auto datagrams = port.socket.receive(*port.incoming);
      for (const udp::Datagram& each : datagrams) take(each);
      if (datagrams.size() < udp::kReceiveBatchSize) break;
    }
  }
}

std::uint64_t MediaPorts::dropped() const {
  std::uint64_t sum = 0;
  for (const Port& port : ports_) sum += port.incoming->overflow();
  return sum;
}

}  // namespace frontdesk::load
