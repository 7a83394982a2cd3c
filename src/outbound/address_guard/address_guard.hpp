// Which addresses this program may connect to on somebody's behalf. It is asked about the address that is about to be
// connected to, every time: a name, or a rule checked when it was saved, says nothing about where packets go. Only
// addresses that the Internet routes are let through (the IANA special-purpose registries, RFC 6890), and private ones
// that the operator has listed.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace frontdesk::address_guard {

/// An address or block that may be connected to although it is private: "192.168.1.9", "10.1.0.0/16",
/// "192.168.1.9:9000", "[fd00::9]:9000".
struct Allowed {
  base::Endpoint network;  ///< port 0: any
  int prefix = 32;
  bool contains(const base::Endpoint& address) const;
  friend bool operator==(const Allowed&, const Allowed&) = default;
};

std::optional<Allowed> parse_allowed(std::string_view text);

struct Policy {
  std::vector<Allowed> allowed;
};

/// Why the Internet does not lead to this address ("is a loopback address"); empty if it does.
std::string_view why_not_public(const base::Endpoint& address);

/// permission_denied, with the reason and what an operator can do.
base::Status check(const base::Endpoint& address, const Policy& policy);

}  // namespace frontdesk::address_guard
