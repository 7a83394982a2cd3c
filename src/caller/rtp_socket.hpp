// A UDP socket for RTP whose datagrams carry the kernel's time of arrival, so that measurements do
// not depend on when this process was scheduled.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::caller {

struct Datagram {
  std::span<const std::uint8_t> bytes;
  base::Endpoint from;
  base::Instant arrival;  ///< on the monotonic clock
};

/// Room for what one system call can receive; shared by the sockets of a thread.
class ReceiveBatch {
 public:
  ReceiveBatch();
  ~ReceiveBatch();
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

 private:
  friend class RtpSocket;
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::vector<Datagram> datagrams_;
};

class RtpSocket {
 public:
  /// On a free port, even if possible (RFC 3550, section 11). `address`: its port is ignored.
  static base::Result<RtpSocket> open(const base::Endpoint& address);
  ~RtpSocket();
  RtpSocket(RtpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), local_(other.local_) {}
  RtpSocket& operator=(RtpSocket&& other) noexcept;

  const base::Endpoint& local() const { return local_; }
  /// What is waiting, at most one batch. Valid until the batch is used again.
  std::span<const Datagram> receive(ReceiveBatch& batch);
  /// False if the kernel did not take it.
  bool send(std::span<const std::uint8_t> datagram, const base::Endpoint& to);

 private:
  RtpSocket(int fd, const base::Endpoint& local) : fd_(fd), local_(local) {}
  int fd_ = -1;
  base::Endpoint local_;
};

/// The local address from which `peer` is reached (port 0), and whether something listens there as
/// far as UDP can tell: a closed port on a near host answers a keep-alive (RFC 5626, section 4.4.1)
/// with ICMP "port unreachable".
struct Route {
  base::Endpoint local;
  bool refused = false;
};
base::Result<Route> find_route(const base::Endpoint& peer);

/// Numeric or by name (blocking); the first address wins. not_found.
base::Result<base::Endpoint> resolve_host(const std::string& host, std::uint16_t port);

}  // namespace frontdesk::caller
