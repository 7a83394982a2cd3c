// A call's UDP socket, bound to a free even port of the configured range (RFC 3550, section 11).
#pragma once
#include <cstdint>
#include <mutex>
#include <span>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace frontdesk::runtime {

/// Owns the descriptor. Never blocks.
class RtpSocket {
 public:
  RtpSocket() = default;
  RtpSocket(int descriptor, base::Endpoint local) : descriptor_(descriptor), local_(local) {}
  ~RtpSocket();
  RtpSocket(RtpSocket&& other) noexcept;
  RtpSocket& operator=(RtpSocket&& other) noexcept;

  int descriptor() const { return descriptor_; }
  const base::Endpoint& local() const { return local_; }

  /// False when the kernel would not take it; the packet is lost, as packets are.
  bool send(std::span<const std::uint8_t> packet, const base::Endpoint& to) const;
  /// The number of bytes, 0 if nothing waits.
  std::size_t receive(std::span<std::uint8_t> buffer, base::Endpoint& from) const;

 private:
  int descriptor_ = -1;
  base::Endpoint local_;
};

/// Thread-safe. Walks the range so that a port is not reused at once after a call.
class RtpPorts {
 public:
  RtpPorts(base::Endpoint address, std::uint16_t first, std::uint16_t last);
  /// resource_exhausted when every port is taken.
  base::Result<RtpSocket> open();

 private:
  base::Endpoint address_;
  std::uint16_t first_;
  std::uint16_t last_;
  std::mutex mutex_;
  std::uint16_t next_;
};

}  // namespace frontdesk::runtime
