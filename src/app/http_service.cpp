#include "app/http_service.hpp"

#include "app/call_words.hpp"
#include "app/metrics_route.hpp"
#include "app/version.hpp"

namespace frontdesk::app {
namespace {

api::LiveSources live_sources(const live::LiveService& live) {
  api::LiveSources sources;
  if (live.feed)
    sources.running = [feed = live.feed](const std::string& organisation) { return feed->running(organisation); };
  if (live.tickets)
    sources.ticket = [tickets = live.tickets](const access::Principal& who) { return tickets->issue(who); };
  sources.ticket_good_for = live::Tickets::kGoodFor;
  return sources;
}

}  // namespace

base::Result<std::unique_ptr<HttpService>> HttpService::start(http::ServerOptions options,
                                                              const store::Location& database,
                                                              Receptionist receptionist) {
  auto calls = store::CallLog::open(database, words_of(receptionist.keys));
  if (!calls) return tl::unexpected(calls.error());
  auto service = std::make_unique<HttpService>();
  service->calls_ = std::move(*calls);
  service->readers_ = std::make_shared<store::Pool>(
      [database] { return store::open_connection(database, store::OpenMode::read_only); });
  api::Sources sources{*service->calls_, std::move(receptionist.health), std::move(receptionist.keys),
                       std::move(receptionist.pause_recording), std::move(receptionist.lines)};
  sources.version = version_number();
  if (auto* saved = receptionist.back_office) {
    sources.authenticator = saved->authenticator();
    sources.office = &saved->office();
    sources.accounts = &saved->accounts();
    auto* rotation = &saved->key_rotation();
    sources.master_keys = {[rotation](base::UtcTime now) { return rotation->known(now); },
                           [rotation] { return rotation->problem(); }, rotation->keys().by_file()};
  }
  sources.deliveries_waiting = receptionist.work_waiting;
  sources.jobs_waiting = std::move(receptionist.work_waiting);
  sources.settings_changed = std::move(receptionist.settings_changed);
  sources.requests_per_second = receptionist.requests_per_second;
  sources.analytics = {service->readers_, std::move(receptionist.zone), {}};
  sources.retention = std::move(receptionist.retention);
  sources.control = std::move(receptionist.control);
  sources.screening = std::move(receptionist.screening);
  sources.receptionist = std::move(receptionist.receptionist);
  sources.voices = std::move(receptionist.voices);
  sources.live = live_sources(receptionist.live);
  sources.recordings = std::move(receptionist.recordings);
  auto router = api::routes(sources);
  if (receptionist.tally)
    add_metrics_route(router, {receptionist.metrics_for, receptionist.live.door, sources.health, receptionist.tally,
                               receptionist.live.feed, service->readers_});
  live::add_routes(router, std::move(receptionist.live));
  auto server = http::Server::start(std::move(options), std::move(router));
  if (!server) return tl::unexpected(server.error());
  service->server_ = std::move(*server);
  return service;
}

}  // namespace frontdesk::app
