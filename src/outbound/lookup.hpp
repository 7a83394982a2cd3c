// Names to addresses, by a function that may block, on a thread per question: a dead name server must hold up neither
// other requests nor the program's end. Private to this folder: it includes Asio.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "outbound/client.hpp"
#include "outbound/interrupt.hpp"

namespace frontdesk::outbound {

using Lookup = decltype(ClientOptions::lookup);
using Addresses = base::Result<std::vector<base::Endpoint>>;

/// getaddrinfo(3): IPv6 and IPv4, in the order of RFC 6724.
Addresses system_lookup(const std::string& host, std::uint16_t port);

/// cancelled if the interrupt fires first.
boost::asio::awaitable<Addresses> look_up(Lookup lookup, std::string host, std::uint16_t port,
                                          std::shared_ptr<Interrupt> interrupt);

}  // namespace frontdesk::outbound
