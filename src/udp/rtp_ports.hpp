// Even ports for RTP (RFC 3550, section 11).
#pragma once
#include <cstdint>
#include <mutex>

#include "udp/socket.hpp"

namespace frontdesk::udp {

/// The free even ports of a range. Thread-safe. Walks the range so that a port is not reused at once after a call.
class RtpPorts {
 public:
  RtpPorts(base::Endpoint address, std::uint16_t first, std::uint16_t last);
  /// A socket that carries voice. resource_exhausted when every port is taken.
  base::Result<Socket> open();

 private:
  base::Endpoint address_;
  std::uint16_t first_;
  std::uint16_t last_;
  std::mutex mutex_;
  std::uint16_t next_;
};

/// On any free port, even if possible. `address`: its port is ignored.
base::Result<Socket> open_on_any_even_port(base::Endpoint address);

}  // namespace frontdesk::udp
