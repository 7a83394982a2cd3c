#include "config/account.hpp"

#include <charconv>

namespace frontdesk::config {

namespace {

std::vector<codec::Codec> codecs_of(const std::vector<std::string>& names) {
  std::vector<codec::Codec> codecs;
  for (const auto& name : names)
    for (const auto codec : codec::kAllCodecs)
      if (codec::traits(codec).encoding == name) codecs.push_back(codec);
  return codecs;
}

}  // namespace

Trunk trunk_of(const sip_accounts::SipAccountForm& account, std::string name) {
  Trunk trunk;
  trunk.name = std::move(name);
  trunk.domain = account.domain;
  std::from_chars(account.port.data(), account.port.data() + account.port.size(), trunk.port);
  trunk.transport = account.transport == "UDP"   ? Transport::udp
                    : account.transport == "TLS" ? Transport::tls
                                                 : Transport::tcp;
  trunk.backup_domain = account.backup_domain;
  trunk.outbound_proxy = account.outbound_proxy;
  trunk.ca_file = account.ca_file;
  trunk.verify = account.verify;
  trunk.registers = account.registers;
  trunk.keep_alive_seconds = account.keep_alive_seconds;
  trunk.username = account.username;
  trunk.auth_username = account.auth_username.empty() ? account.username : account.auth_username;
  trunk.password = account.password;
  trunk.inbound_number = account.inbound_number;
  trunk.allowed_from = account.allowed_numbers;
  trunk.codecs = codecs_of(account.codecs);
  trunk.srtp = account.srtp == "off" ? Srtp::off : account.srtp == "required" ? Srtp::required : Srtp::optional;
  return trunk;
}

sip_accounts::SipAccountForm account_of(const Trunk& trunk, Srtp srtp) {
  sip_accounts::SipAccountForm account;
  account.provider_name = trunk.name;
  account.domain = trunk.domain;
  account.port = std::to_string(trunk.port);
  account.transport = trunk.transport == Transport::udp   ? "UDP"
                      : trunk.transport == Transport::tcp ? "TCP"
                      : trunk.transport == Transport::tls ? "TLS"
                                                          : "auto";
  account.backup_domain = trunk.backup_domain;
  account.outbound_proxy = trunk.outbound_proxy;
  account.ca_file = trunk.ca_file;
  account.verify = trunk.verify;
  account.registers = trunk.registers;
  account.keep_alive_seconds = trunk.keep_alive_seconds;
  account.username = trunk.username;
  account.auth_username = trunk.auth_username == trunk.username ? "" : trunk.auth_username;
  account.password = trunk.password;
  account.inbound_number = trunk.inbound_number;
  account.allowed_numbers = trunk.allowed_from;
  if (!trunk.codecs.empty()) account.codecs.clear();
  for (const auto codec : trunk.codecs) account.codecs.emplace_back(codec::traits(codec).encoding);
  account.srtp = srtp == Srtp::off ? "off" : srtp == Srtp::required ? "required" : "optional";
  return account;
}

}  // namespace frontdesk::config
