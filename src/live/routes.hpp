// The live side of the API: GET /ws and POST /api/live/tickets. docs/developer/live-events.md is what clients read.
#pragma once
#include <memory>

#include "http/router.hpp"
#include "live/doorkeeper.hpp"
#include "live/feed.hpp"
#include "live/tickets.hpp"
#include "web_call/web_call.hpp"

namespace frontdesk::live {

struct LiveService {
  Doorkeeper door;
  std::shared_ptr<Feed> feed;
  std::shared_ptr<const web_call::Calls> calls;  ///< none: nobody can call by /ws
  std::shared_ptr<Tickets> tickets;
};

inline constexpr const char* kSubprotocol = "frontdesk.v1";

void add_routes(http::Router& router, LiveService service);

}  // namespace frontdesk::live
