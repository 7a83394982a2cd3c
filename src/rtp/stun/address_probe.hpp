// Asks a STUN server where a socket's packets seem to come from, within a deadline that a caller does not notice.
// Its owner carries the datagrams.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "rtp/stun/binding.hpp"

namespace frontdesk::stun {

inline constexpr base::Duration kProbeLimit = base::milliseconds(500);

class AddressProbe {
 public:
  AddressProbe(const base::Endpoint& server, const TransactionId& id, base::Instant now)
      : server_(server), id_(id), began_(now) {}

  const base::Endpoint& server() const { return server_; }
  /// What is to be sent to the server now; empty: nothing.
  std::vector<std::uint8_t> poll(base::Instant now);
  /// True: it was for the probe.
  bool on_datagram(std::span<const std::uint8_t> datagram, const base::Endpoint& from);

  bool over() const { return over_; }
  const std::optional<base::Endpoint>& mapped() const { return mapped_; }  ///< unset and over: it failed

 private:
  base::Endpoint server_;
  TransactionId id_;
  base::Instant began_;
  std::size_t sent_ = 0;
  bool over_ = false;
  std::optional<base::Endpoint> mapped_;
};

}  // namespace frontdesk::stun
