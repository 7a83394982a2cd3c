#include "app/http_service.hpp"

namespace frontdesk::app {

base::Result<std::unique_ptr<HttpService>> HttpService::start(const base::Endpoint& listen,
                                                              const store::Location& database,
                                                              Receptionist receptionist) {
  auto calls = store::CallLog::open(database);
  if (!calls) return tl::unexpected(calls.error());
  auto service = std::make_unique<HttpService>();
  service->calls_ = std::move(*calls);
  http::ServerOptions options;
  options.listen = listen;
  auto server = http::Server::start(
      std::move(options), api::routes({*service->calls_, std::move(receptionist.health), std::move(receptionist.keys),
                                       std::move(receptionist.pause_recording), std::move(receptionist.lines)}));
  if (!server) return tl::unexpected(server.error());
  service->server_ = std::move(*server);
  return service;
}

}  // namespace frontdesk::app
