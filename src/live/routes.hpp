// The live side of the API: GET /ws. docs/developer/live-events.md is what clients read.
#pragma once
#include <memory>

#include "http/router.hpp"
#include "live/doorkeeper.hpp"
#include "live/feed.hpp"
#include "live/listening.hpp"
#include "live/speaking.hpp"
#include "live/tickets.hpp"
#include "web_call/web_call.hpp"

namespace frontdesk::live {

struct LiveService {
  Doorkeeper door;
  std::shared_ptr<Feed> feed;
  std::shared_ptr<const web_call::Calls> calls;  ///< none: nobody can call by /ws
  std::shared_ptr<Tickets> tickets;
  std::shared_ptr<Listening> listening = nullptr;  ///< none: nobody can listen
  std::shared_ptr<Speaking> speaking = nullptr;    ///< none: nobody can speak in calls of others
};

inline constexpr const char* kSubprotocol = "frontdesk.v1";

void add_routes(http::Router& router, LiveService service);

}  // namespace frontdesk::live
