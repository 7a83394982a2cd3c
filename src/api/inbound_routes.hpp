// A switchboard that asks before it routes a call to us: would this caller be answered, and where is the call to go?
// The answer is made by the same rules that screen the call when it comes; being told "yes" opens nothing.
#pragma once
#include <functional>
#include <string>

#include "reception/screening/verdict.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct InboundSources {
  std::function<screening::Rules()> rules;  ///< in force now; empty: nobody can ask
  std::function<std::string()> route;       ///< "sip:reception@192.0.2.1:5060"
  std::function<bool()> draining;
};

/// POST /api/calls/inbound.
void add_inbound_routes(rest::Api& api, InboundSources sources);

}  // namespace frontdesk::api
