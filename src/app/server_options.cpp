#include "app/server_options.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "app/public_address.hpp"
#include "rtp/dtls/identity.hpp"

namespace frontdesk::app {

runtime::SwitchboardOptions switchboard_options(const config::Config& config) {
  runtime::SwitchboardOptions options;
  options.shards = static_cast<int>(std::max(1U, std::thread::hardware_concurrency() - 1));
  options.rtp_address = config.server.sip;
  options.rtp_first = config.server.rtp_first;
  options.rtp_last = config.server.rtp_last;
  options.local_network = local_network(config.server);
  if (const auto& identity = dtls::Identity::of_process())
    options.certificate = (*identity)->fingerprint();
  else
    spdlog::warn("{}", identity.error().message);
  return options;
}

http::ServerOptions http_options(const config::Server& server) {
  http::ServerOptions options;
  options.listen = server.http;
  options.allowed_hosts = server.host_names;
  options.allowed_origins = server.allowed_origins;
  const auto& https = server.https;
  // Port 0 with a certificate is for tests: any free port.
  if (https.listen.port != 0 || !https.listen.is_unspecified())
    options.tls = http::TlsListening{https.listen, https.certificate, https.private_key};
  return options;
}

base::Endpoint reachable(base::Endpoint endpoint) {
  const bool unspecified = endpoint.address == base::Endpoint{}.address;
  return unspecified ? *base::parse_address("127.0.0.1", endpoint.port) : endpoint;
}

}  // namespace frontdesk::app
