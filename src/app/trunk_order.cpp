#include "app/trunk_order.hpp"

namespace frontdesk::app {

std::optional<sip::Transport> transport_of(config::Transport transport) {
  switch (transport) {
    case config::Transport::udp:
      return sip::Transport::udp;
    case config::Transport::tcp:
      return sip::Transport::tcp;
    case config::Transport::tls:
      return sip::Transport::tls;
    case config::Transport::automatic:
      break;
  }
  return std::nullopt;
}

sip::SrtpPolicy srtp_policy(config::Srtp srtp) {
  if (srtp == config::Srtp::off) return sip::SrtpPolicy::off;
  return srtp == config::Srtp::required ? sip::SrtpPolicy::required : sip::SrtpPolicy::optional;
}

sip::TrunkRegistration registration_of(const config::Trunk& trunk) {
  sip::TrunkRegistration registration;
  registration.name = trunk.name;
  registration.registrar_host = trunk.domain;
  registration.registrar_port = trunk.port;
  registration.transport = transport_of(trunk.transport);
  registration.backup_host = trunk.backup_domain;
  registration.outbound_proxy = trunk.outbound_proxy;
  registration.ca_file = trunk.ca_file;
  registration.verify = trunk.verify;
  registration.registers = trunk.registers;
  registration.keep_alive = base::seconds(trunk.keep_alive_seconds);
  registration.username = trunk.username;
  registration.authorization_username = trunk.auth_username;
  registration.password = trunk.password;
  registration.realm = trunk.realm;
  return registration;
}

trial::Order trial_order(const config::Trunk& trunk, const config::Server& server) {
  trial::Order order;
  order.trunk = registration_of(trunk);
  order.local = server.sip;
  order.rtp_first = server.rtp_first;
  order.rtp_last = server.rtp_last;
  order.srtp = srtp_policy(server.srtp);
  return order;
}

}  // namespace frontdesk::app
