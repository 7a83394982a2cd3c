// Behind a router: what the configuration says about our address, for the user agent and for calls.
#pragma once
#include <functional>
#include <optional>

#include "config/config.hpp"
#include "runtime/call_policy.hpp"
#include "sip/public_address.hpp"

namespace frontdesk::app {

/// Who reaches us without the router; empty where nothing is configured.
std::function<bool(const base::Endpoint&)> local_network(const config::Server& server);

/// The STUN and TURN servers, their names resolved now. Blocks; one that is not found is left out, with a word in the
/// log.
runtime::OutsideServers outside_servers(const config::Server& server);
/// Whether one of them is given by name.
bool named_servers(const config::Server& server);

/// What the user agent is told. With a STUN server and no configured address that server is asked, at most 500 ms.
sip::NatOptions nat_options(const config::Server& server, const std::optional<base::Endpoint>& stun_server);

}  // namespace frontdesk::app
