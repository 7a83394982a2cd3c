#include "app/http_service.hpp"

#include "app/version.hpp"

namespace frontdesk::app {

base::Result<std::unique_ptr<HttpService>> HttpService::start(const base::Endpoint& listen,
                                                              const std::string& data_folder,
                                                              Receptionist receptionist) {
  auto calls = store::CallLog::open(data_folder);
  if (!calls) return tl::unexpected(calls.error());
  auto service = std::make_unique<HttpService>();
  service->calls_ = std::move(*calls);
  http::ServerOptions options;
  options.listen = listen;
  options.allowed_origins = std::move(receptionist.allowed_origins);
  api::Sources sources{*service->calls_, std::move(receptionist.health), std::move(receptionist.keys),
                       std::move(receptionist.pause_recording), std::move(receptionist.lines)};
  sources.version = version_number();
  sources.requests_per_second = receptionist.requests_per_second;
  auto server = http::Server::start(std::move(options), api::routes(sources));
  if (!server) return tl::unexpected(server.error());
  service->server_ = std::move(*server);
  return service;
}

}  // namespace frontdesk::app
