// A UDP socket that never blocks: for the sound of a call, one packet or a batch at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::udp {

struct Datagram {
  std::span<const std::uint8_t> bytes;
  base::Endpoint from;
  base::Instant arrival;  ///< on the monotonic clock; the kernel's time with stamp_arrivals()
};

/// Room for what one system call can receive; shared by the sockets of a thread.
class ReceiveBatch {
 public:
  ReceiveBatch();
  ~ReceiveBatch();
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

 private:
  friend class Socket;
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::vector<Datagram> datagrams_;
};

class Socket {
 public:
  /// Port 0: any that is free. unavailable, with errno as the detail.
  static base::Result<Socket> bind(const base::Endpoint& local);

  Socket() = default;
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  int descriptor() const { return descriptor_; }
  const base::Endpoint& local() const { return local_; }

  /// The network is asked to forward what is sent before other traffic, and bursts find room.
  void carry_voice() const;
  /// From here on batches carry the kernel's time of arrival: measurements do not depend on when this process
  /// was scheduled.
  void stamp_arrivals() const;

  /// False when the kernel would not take it; the packet is lost, as packets are.
  bool send(std::span<const std::uint8_t> packet, const base::Endpoint& to) const;
  /// The number of bytes, 0 if nothing waits.
  std::size_t receive(std::span<std::uint8_t> buffer, base::Endpoint& from) const;
  /// What is waiting, at most one batch. Valid until the batch is used again.
  std::span<const Datagram> receive(ReceiveBatch& batch) const;

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
  base::Endpoint local_;
};

}  // namespace frontdesk::udp
