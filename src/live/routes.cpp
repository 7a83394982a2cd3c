#include "live/routes.hpp"

#include <array>

#include "http/origin_policy.hpp"
#include "http/web_socket.hpp"
#include "live/console.hpp"

namespace frontdesk::live {
namespace {

namespace permission = access::permission;

constexpr std::size_t kLongestCursor = 100;

http::Response refusal(const base::Error& error) {
  auto response = http::problem(error);
  if (response.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

base::Result<access::Principal> identify(const LiveService& service, const http::Request& request) {
  if (const auto* ticket = http::find_field(request.query, "ticket")) return service.tickets->redeem(*ticket);
  return service.door.identify(request);
}

http::Response open_socket(const LiveService& service, const http::Request& request) {
  // Browsers let any page open a WebSocket anywhere, with the cookies of the place it goes to.
  if (const auto why = http::foreign_origin(request)) return http::problem(403, *why);
  const auto* feed = http::find_field(request.query, "feed");
  if (feed != nullptr && *feed != "calls" && *feed != "none")
    return http::problem(400, "feed: write \"calls\" or \"none\"", "feed");
  const auto* since = http::find_field(request.query, "since");
  if (since != nullptr && since->size() > kLongestCursor)
    return http::problem(400, "since: write the cursor of the last message, or leave it out", "since");
  const auto principal = identify(service, request);
  if (!principal) return refusal(principal.error());
  Watch watch{*principal, since == nullptr ? std::string() : *since, feed == nullptr || *feed == "calls", nullptr};
  if (watch.everything && !access::allows(*principal, permission::kReadCalls))
    return http::problem(403, "you may not see calls: an administrator can give you the permission calls.read");
  if (service.feed->watches_of(*principal) >= kWatchesPerPrincipal)
    return http::problem(429, "too many WebSockets of yours are open: close some");
  const std::array<std::string, 1> protocols{kSubprotocol};
  const auto* agent = http::find_field(request.headers, "User-Agent");
  Listener listener{*principal, request.peer, agent == nullptr ? std::string() : *agent};
  return http::upgrade(request,
                       std::make_shared<Console>(service.feed, std::move(watch), service.calls, service.listening,
                                                 service.speaking, std::move(listener)),
                       protocols);
}

}  // namespace

void add_routes(http::Router& router, LiveService service) {
  router.add("GET", "/ws", [service](const http::Request& request) { return open_socket(service, request); });
}

}  // namespace frontdesk::live
