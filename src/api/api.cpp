#include "api/api.hpp"

#include "api/auth_routes.hpp"
#include "api/saved_line_routes.hpp"
#include "api/web_assets.hpp"

namespace frontdesk::api {
namespace {

constexpr std::string_view kDescription =
    "The REST API of Frontdesk, a self-hosted voice receptionist. Bodies are JSON in UTF-8; times are RFC 3339 in UTC. "
    "What goes wrong is told as `application/problem+json` (RFC 9457) with the id of the request, which the header "
    "`X-Request-Id` also carries. Lists come in pages: hand `next_cursor` back as `cursor`.";

void add_pages(http::Router& router) {
  for (const auto& asset : web_assets())
    router.add("GET", asset.path, [asset](const http::Request&) {
      auto response = http::text(std::string(asset.content), asset.content_type);
      response.headers.push_back({"ETag", std::string(asset.entity_tag)});
      response.headers.push_back({"Cache-Control", "no-cache"});
      return response;
    });
}

/// How often a client may ask, and the words at the head of the API document.
rest::ApiOptions options_of(const Sources& sources) {
  constexpr double kBurstSeconds = 10;
  rest::ApiOptions options;
  options.per_caller = {sources.requests_per_second, sources.requests_per_second * kBurstSeconds};
  options.per_address = options.per_caller;
  options.version = sources.version;
  options.description = kDescription;
  options.tags = {{"Calls", "Who called, what was said, and recordings."},
                  {"Messages", "What callers left to be passed on."},
                  {"Lines", "Telephone lines: set-up, state and trying them out."},
                  {"Analytics", "Figures over many calls."},
                  {"Signing in", "Accounts, passwords, tokens."},
                  {"Your account", "One's own account, devices and second factor."},
                  {"Health", "How the receptionist is."}};
  return options;
}

}  // namespace

rest::Api make_api(const Sources& sources) {
  auto authenticator = sources.authenticator;
  if (!authenticator) authenticator = std::make_shared<rest::LocalOwner>(std::string(store::kLocalOrganisation));
  rest::Api api(options_of(sources), std::move(authenticator));
  if (sources.office && sources.accounts) {
    add_auth_routes(api, {*sources.office, *sources.accounts});
    add_me_routes(api, {*sources.office, *sources.accounts});
  }
  add_call_routes(api, {sources.calls, sources.keys, sources.pause_recording});
  add_health_routes(api, sources.health);
  add_inbound_routes(api, {sources.screening, [health = sources.health] { return health().sip_address; },
                           [health = sources.health] { return health().draining; }});
  auto lines = sources.lines;
  lines.statuses = [health = sources.health] { return health().lines; };
  add_line_routes(api, lines);
  if (sources.office)
    add_saved_line_routes(api, {*sources.office, lines.country, lines.lines, lines.statuses, sources.settings_changed});
  auto analytics = sources.analytics;
  analytics.calls_now = [health = sources.health] { return health().calls_now; };
  add_analytics_routes(api, std::move(analytics));
  return api;
}

http::Router routes(const Sources& sources) {
  http::Router router;
  make_api(sources).mount(router);
  add_pages(router);
  return router;
}

}  // namespace frontdesk::api
