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

/// Room that bursts find in the kernel, of one call's socket.
inline constexpr int kVoiceReceiveBuffer = 256 * 1024;

inline constexpr std::size_t kReceiveBatchSize = 64;  ///< datagrams

/// Room for what one system call can receive; shared by the sockets of a thread.
class ReceiveBatch {
 public:
  ReceiveBatch();
  ~ReceiveBatch();
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

  /// Datagrams that the socket read last has had no room for since it was opened; counted by count_overflow().
  std::uint32_t overflow() const { return overflow_; }

 private:
  friend class Socket;
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::vector<Datagram> datagrams_;
  std::size_t used_;  ///< buffers to be made ready before the next call
  std::uint32_t overflow_ = 0;
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

  /// The network is asked to forward what is sent before other traffic, and bursts find room: `receive_buffer` bytes,
  /// as far as the system allows.
  void carry_voice(int receive_buffer = kVoiceReceiveBuffer) const;
  /// From here on batches carry the kernel's time of arrival: measurements do not depend on when this process
  /// was scheduled.
  void stamp_arrivals() const;
  /// From here on batches tell what the kernel had to drop.
  void count_overflow() const;

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
