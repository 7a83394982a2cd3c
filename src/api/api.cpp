#include "api/api.hpp"

#include "api/audit_routes.hpp"
#include "api/auth_routes.hpp"
#include "api/key_routes.hpp"
#include "api/knowledge_routes.hpp"
#include "api/message_routes.hpp"
#include "api/organisation_routes.hpp"
#include "api/own_voice_routes.hpp"
#include "api/privacy_routes.hpp"
#include "api/saved_answers.hpp"
#include "api/saved_line_routes.hpp"
#include "api/team_routes.hpp"
#include "api/token_routes.hpp"
#include "api/voice_routes.hpp"
#include "api/web_assets.hpp"
#include "api/webhook_routes.hpp"
#include "api/work_routes.hpp"

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
                  {"Receptionist", "Her settings: in force, drafted, published, tried out."},
                  {"Knowledge", "Documents she answers from."},
                  {"Voices", "Who can speak."},
                  {"Lines", "Telephone lines: set-up, state and trying them out."},
                  {"Analytics", "Figures over many calls."},
                  {"Signing in", "Accounts, passwords, tokens."},
                  {"Your account", "One's own account, devices and second factor."},
                  {"Webhooks", "Telling other programs what happened."},
                  {"Upkeep", "Alerts, usage and work that is done later."},
                  {"Organisation", "Its name, and from where it may be reached."},
                  {"Team", "Its people: roles and invitations."},
                  {"API tokens", "What programs come in with, and what they may do."},
                  {"Keys", "Keys of other services. They go in and never come out."},
                  {"Audit log", "Who changed what, and the proof of it."},
                  {"Privacy", "One caller's data: handed out, or erased."},
                  {"Health", "How the receptionist is."}};
  return options;
}

}  // namespace

rest::Api make_api(const Sources& sources) {
  auto authenticator = sources.authenticator;
  if (!authenticator) authenticator = std::make_shared<rest::LocalOwner>(std::string(store::kLocalOrganisation));
  auto answers = sources.office ? std::make_shared<SavedAnswers>(*sources.office) : nullptr;
  rest::Api api(options_of(sources), std::move(authenticator), std::move(answers));
  if (sources.office && sources.accounts) {
    add_auth_routes(api, {*sources.office, *sources.accounts});
    add_me_routes(api, {*sources.office, *sources.accounts});
    add_webhook_routes(api, {*sources.office, sources.deliveries_waiting});
    add_work_routes(api, {*sources.office, sources.jobs_waiting});
    add_organisation_routes(api, {*sources.office, *sources.accounts});
    add_team_routes(api, {*sources.office, *sources.accounts});
    add_token_routes(api, {*sources.office, *sources.accounts});
    add_key_routes(api, {*sources.office});
    if (sources.master_keys.known) add_master_key_routes(api, sources.master_keys);
    add_audit_routes(api, {*sources.office});
    if (sources.retention) add_retention_routes(api, {*sources.office, sources.retention});
    add_privacy_routes(api, {*sources.office, sources.calls, sources.lines.country, sources.recordings});
  }
  add_call_routes(api, {sources.calls, sources.keys, sources.pause_recording, sources.recordings});
  add_call_control_routes(api, {sources.calls, sources.control, sources.office});
  add_live_routes(api, sources.live);
  add_message_routes(api, {sources.calls, sources.office});
  if (sources.office && sources.receptionist.file) {
    const ReceptionistSources receptionist{*sources.office, sources.settings_changed, sources.receptionist};
    add_receptionist_routes(api, receptionist);
    add_knowledge_routes(api, receptionist);
    add_voice_routes(api, sources.receptionist, sources.voices);
    if (sources.voices) add_own_voice_routes(api, sources.voices);
  }
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
