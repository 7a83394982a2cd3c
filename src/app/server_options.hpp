// What the parts that listen are told by the configuration.
#pragma once
#include "config/config.hpp"
#include "http/server.hpp"
#include "runtime/switchboard.hpp"

namespace frontdesk::app {

runtime::SwitchboardOptions switchboard_options(const config::Config& config);
http::ServerOptions http_options(const config::Server& server);
/// What a softphone on this machine can dial: 0.0.0.0 is no address to call.
base::Endpoint reachable(base::Endpoint endpoint);

}  // namespace frontdesk::app
