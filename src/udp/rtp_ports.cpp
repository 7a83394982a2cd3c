#include "udp/rtp_ports.hpp"

#include <cerrno>

namespace frontdesk::udp {
namespace {

constexpr int kEvenPortTries = 16;

}  // namespace

RtpPorts::RtpPorts(base::Endpoint address, std::uint16_t first, std::uint16_t last)
    : address_(address), first_(static_cast<std::uint16_t>(first + (first & 1))), last_(last), next_(first_) {}

base::Result<Socket> RtpPorts::open() {
  const std::lock_guard lock(mutex_);
  const int attempts = (last_ - first_) / 2 + 1;
  int reason = 0;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    auto local = address_;
    local.port = next_;
    next_ = next_ + 2 > last_ ? first_ : static_cast<std::uint16_t>(next_ + 2);
    auto socket = Socket::bind(local);
    if (socket) {
      socket->carry_voice();
      return socket;
    }
    reason = socket.error().detail;
    if (reason != EADDRINUSE) break;
  }
  return base::fail(base::ErrorCode::resource_exhausted, "rtp",
                    "no free port between " + std::to_string(first_) + " and " + std::to_string(last_) +
                        ": widen server.rtp or end some calls",
                    base::Retry::later, reason);
}

base::Result<Socket> open_on_any_even_port(base::Endpoint address) {
  address.port = 0;
  auto socket = Socket::bind(address);
  for (int tries = 1; tries < kEvenPortTries && socket && socket->local().port % 2 != 0; ++tries)
    socket = Socket::bind(address);
  return socket;
}

}  // namespace frontdesk::udp
