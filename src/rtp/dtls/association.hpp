// One DTLS 1.2 association (RFC 6347) that agrees on the keys of SRTP (RFC 5764), over OpenSSL with memory in place
// of sockets: the owner carries datagrams in and out. Only OpenSSL's clock of retransmissions is not given from
// outside. A handshake costs about 1 ms of CPU.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "rtp/dtls/identity.hpp"
#include "rtp/srtp/crypto_suite.hpp"

namespace frontdesk::dtls {

class Association {
 public:
  enum class State { handshaking, established, failed };

  /// `peer` says whose certificate is believed and who begins. unavailable: OpenSSL could not.
  static base::Result<Association> create(std::shared_ptr<const Identity> identity, const srtp::DtlsPeer& peer);
  ~Association();
  Association(Association&&) noexcept;
  Association& operator=(Association&&) noexcept;

  void on_datagram(std::span<const std::uint8_t> datagram);
  /// Often enough, about every 20 ms: begins, and repeats what got no answer.
  void on_tick();
  /// What is to be sent now, in order.
  std::vector<std::vector<std::uint8_t>> take_outgoing();

  State state() const;
  const std::string& failure() const;  ///< why it failed: a sentence, safe to log
  /// Once established.
  const std::optional<srtp::SrtpKeys>& keys() const;

 private:
  struct Parts;
  explicit Association(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace frontdesk::dtls
