// Telephone lines as an organisation has set them up.
#pragma once
#include "store/table.hpp"

namespace frontdesk::settings {

struct SipConfiguration {
  static constexpr std::string_view kTable = "sip_configurations";
  static constexpr std::string_view kNoun = "telephone line";

  std::string id;  ///< "sip_..."
  std::string organisation;
  std::string user;  ///< who made it
  std::string name;  ///< unique in the organisation
  std::string provider_name;
  std::string domain;
  std::int64_t port = 0;  ///< 0: by the provider's SRV records
  std::string username;
  std::string auth_username;
  store::Sealed password;
  std::string transport;
  std::string inbound_number;
  std::vector<std::string> allowed_numbers;
  std::string backup_domain;
  std::string outbound_proxy;
  bool registers = true;
  std::string ca_file;
  bool verify = true;
  std::int64_t keep_alive_seconds = 25;
  std::string srtp;
  std::vector<std::string> codecs;
  std::string status;  ///< as last seen: "registered", "failed", ...
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("user_id", self.user);
    visit("name", self.name);
    visit("provider_name", self.provider_name);
    visit("domain", self.domain);
    visit("port", self.port);
    visit("username", self.username);
    visit("auth_username", self.auth_username);
    visit("password_sealed", self.password);
    visit("transport", self.transport);
    visit("inbound_number", self.inbound_number);
    visit("allowed_numbers", self.allowed_numbers);
    visit("backup_domain", self.backup_domain);
    visit("outbound_proxy", self.outbound_proxy);
    visit("registers", self.registers);
    visit("ca_file", self.ca_file);
    visit("verify", self.verify);
    visit("keep_alive_seconds", self.keep_alive_seconds);
    visit("srtp", self.srtp);
    visit("codecs", self.codecs);
    visit("status", self.status);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("version", self.version);
  }
};

class SipConfigurations : public store::Table<SipConfiguration> {
 public:
  using Table::Table;
  /// Of every organisation, in the order they were made: what this program is to register. As many as store::kMaxRows.
  base::Result<std::vector<SipConfiguration>> all() const;
  /// Leaves `version` alone: nobody's edit is in conflict with it. not_found.
  base::Status set_status(const std::string& organisation, const std::string& id, const std::string& status);
};

}  // namespace frontdesk::settings
