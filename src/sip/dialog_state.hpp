// The state of a dialog (RFC 3261, section 12): identifiers, sequence numbers, route set, remote
// target; and the headers they give every request in it. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "sip/registration.hpp"

namespace frontdesk::sip {

struct DialogState {
  std::string call_id;
  std::string local_tag, remote_tag;
  std::string local_party;             ///< From of our requests, without the tag
  std::string remote_party;            ///< To of our requests, without the tag
  std::string remote_target;           ///< the peer's Contact URI
  std::vector<std::string> route_set;  ///< values of Route, in order
  std::uint32_t local_sequence = 0;
  std::uint32_t remote_sequence = 0;

  bool matches(std::string_view call, std::string_view local, std::string_view remote) const {
    return call == call_id && local == local_tag && remote == remote_tag;
  }
};

/// Route, To, From, Call-ID, CSeq and Max-Forwards, each with its CRLF.
std::string request_headers(const DialogState& dialog, std::string_view method, std::uint32_t sequence);

/// `Name <uri>;tag=x` without the tag parameter.
std::string without_tag(std::string_view name_addr);

struct Hop {
  base::Endpoint to;
  Transport transport = Transport::udp;
  std::uint16_t link = 0;  ///< of TLS: whose name was verified (SipStack::link); 0: a connection the peer opened
  friend bool operator==(const Hop&, const Hop&) = default;
};

/// Where requests of the dialog go: the first route or the remote target, if it is a numeric address
/// that can be meant from where the peer was last seen (`seen`); else back to there. So a name needs
/// no DNS, and a private address behind NAT does not lead astray.
Hop next_hop(const DialogState& dialog, const Hop& seen);

/// The route or target itself; nullopt if it is no numeric address or wants TLS. For when next_hop() has failed:
/// a TCP connection that the peer had opened may be gone.
std::optional<Hop> direct_hop(const DialogState& dialog);

/// Where a new connection would reach the peer, when the one it was seen on is gone: the route or target's port and
/// transport, at the address where the peer was seen if its own cannot be meant. `name`: whose certificate TLS
/// expects. nullopt: it was seen by UDP, or on a connection of ours.
struct FreshHop {
  Hop hop;
  std::string name;
};
std::optional<FreshHop> fresh_hop(const DialogState& dialog, const Hop& seen);

}  // namespace frontdesk::sip
