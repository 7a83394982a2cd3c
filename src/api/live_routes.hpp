// The live side of the API that is asked and answered: the calls that go on, and tickets for WebSockets.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "live/board/live_board.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

/// Each may be empty: then there is nothing live here. Called on answering threads.
struct LiveSources {
  std::function<std::vector<board::Shown>(const std::string& organisation)> running;
  /// A one-time ticket for a WebSocket; resource_exhausted: too many were asked for.
  std::function<base::Result<std::string>(const access::Principal&)> ticket;
  base::Duration ticket_good_for{0};
};

/// GET /api/calls/live, POST /api/live/tickets.
void add_live_routes(rest::Api& api, LiveSources sources);

}  // namespace frontdesk::api
