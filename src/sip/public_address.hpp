// What peers are told that we can be reached at when a router stands between (RFC 3581, RFC 5626 do the rest for
// signalling): our own address within the local network, the public one outside it. Pure.
#pragma once
#include <functional>
#include <optional>

#include "base/endpoint.hpp"

namespace frontdesk::sip {

struct NatOptions {
  std::optional<base::Endpoint> public_address;  ///< its port is not looked at: the router keeps ours
  bool learn = false;                            ///< from registrars, which say where our requests come from
  /// Who reaches us without the router. Unset: all private addresses.
  std::function<bool(const base::Endpoint&)> local_network;
};

class PublicAddress {
 public:
  explicit PublicAddress(NatOptions options = {}) : options_(std::move(options)) {}

  /// `ours` as `peer` knows it.
  base::Endpoint seen_by(const base::Endpoint& peer, base::Endpoint ours) const;
  /// The same for RTP; `mapped`: as a server outside saw it, port 0: none did.
  base::Endpoint media_seen_by(const base::Endpoint& peer, const base::Endpoint& ours,
                               const base::Endpoint& mapped) const;
  /// `registrar` saw a request from `seen` that we sent from `ours`. True: we should register anew, with that address.
  bool learn(const base::Endpoint& registrar, const base::Endpoint& seen, const base::Endpoint& ours);

 private:
  bool is_outside(const base::Endpoint& peer) const;

  NatOptions options_;
  std::optional<base::Endpoint> learnt_;
};

}  // namespace frontdesk::sip
