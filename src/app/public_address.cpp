#include "app/public_address.hpp"

#include <netdb.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "base/clock.hpp"
#include "rtp/stun/address_probe.hpp"
#include "udp/socket.hpp"
#include "udp/socket_address.hpp"

namespace frontdesk::app {
namespace {

constexpr int kPollMs = 20;

/// Whether the way there works at all is better known now than at the first call.
std::optional<base::Endpoint> ask(const base::Endpoint& server, base::Endpoint from) {
  from.port = 0;
  const auto socket = udp::Socket::bind(from);
  if (!socket) return std::nullopt;
  stun::AddressProbe probe(server, stun::random_transaction(), base::monotonic_now());
  std::array<std::uint8_t, 1500> buffer{};
  while (!probe.over()) {
    if (const auto request = probe.poll(base::monotonic_now()); !request.empty()) socket->send(request, server);
    pollfd waiting{socket->descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, kPollMs);
    base::Endpoint source;
    const auto size = socket->receive(buffer, source);
    if (size > 0) probe.on_datagram(std::span(buffer).first(size), source);
  }
  return probe.mapped();
}

/// `where` is "host:port", or empty.
std::optional<base::Endpoint> resolve(const std::string& where, bool v6, const char* what) {
  const auto colon = where.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  if (const auto numeric = base::parse_endpoint(where)) return numeric;
  addrinfo wanted{};
  wanted.ai_family = v6 ? AF_INET6 : AF_INET;
  wanted.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(where.substr(0, colon).c_str(), where.substr(colon + 1).c_str(), &wanted, &found);
  if (error != 0 || found == nullptr) {
    spdlog::warn("the {} server {} is not found ({}): calls are answered without it", what, where, gai_strerror(error));
    return std::nullopt;
  }
  udp::SocketAddress address{};
  std::copy_n(reinterpret_cast<const char*>(found->ai_addr), std::min<std::size_t>(found->ai_addrlen, sizeof address),
              reinterpret_cast<char*>(&address));
  freeaddrinfo(found);
  return udp::endpoint_of(address);
}

}  // namespace

std::function<bool(const base::Endpoint&)> local_network(const config::Server& server) {
  if (server.local_networks.empty()) return {};
  return [ranges = server.local_networks](const base::Endpoint& peer) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.contains(peer); });
  };
}

bool named_servers(const config::Server& server) {
  const auto named = [](const std::string& where) { return !where.empty() && !base::parse_endpoint(where); };
  return named(server.stun_server) || named(server.turn_server);
}

runtime::OutsideServers outside_servers(const config::Server& server) {
  runtime::OutsideServers found;
  found.stun = resolve(server.stun_server, server.sip.v6, "STUN");
  if (const auto turn = resolve(server.turn_server, server.sip.v6, "TURN"))
    found.turn = turn::Account{*turn, server.turn_username, server.turn_password};
  return found;
}

sip::NatOptions nat_options(const config::Server& server, const std::optional<base::Endpoint>& stun_server) {
  sip::NatOptions options{server.public_address, server.learn_public_address, local_network(server)};
  if (!stun_server) return options;
  const auto mapped = ask(*stun_server, server.sip);
  if (mapped)
    spdlog::info("our address outside is {}, says the STUN server", base::address_text(*mapped));
  else
    spdlog::warn("the STUN server {} does not answer: until it does, calls are answered 500 ms later and name {}",
                 server.stun_server, server.public_address ? "public_address" : "our own address");
  if (!options.public_address && !options.learn) options.public_address = mapped;
  return options;
}

}  // namespace frontdesk::app
