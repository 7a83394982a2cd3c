// What the program keeps beside its calls: accounts, keys, the audit log, and what is saved by the API.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "accounts/desk.hpp"
#include "app/key_rotation.hpp"
#include "config/config.hpp"
#include "rest/authenticator.hpp"

namespace frontdesk::app {

class BackOffice {
 public:
  /// Opens the database, which is brought up to date, and makes what an installation has once.
  static base::Result<std::unique_ptr<BackOffice>> open(const config::Config& config, std::shared_ptr<MasterKeys> keys);

  accounts::Office& office() { return desk_->office(); }
  accounts::Accounts& accounts() { return desk_->accounts(); }
  KeyRotation& key_rotation() { return *key_rotation_; }
  const std::shared_ptr<rest::Authenticator>& authenticator() const { return authenticator_; }

  /// Deletes what has expired; once an hour will do.
  base::Status sweep(base::UtcTime now);

  /// While nobody has an account: the token of a new link, which makes whoever opens it the owner.
  std::optional<base::Secret> first_owner_token();

 private:
  BackOffice() = default;
  std::unique_ptr<notify::Mailer> mailer_;
  std::unique_ptr<accounts::Desk> desk_;  // after its mailer
  std::unique_ptr<KeyRotation> key_rotation_;
  std::shared_ptr<rest::Authenticator> authenticator_;
};

/// Where people reach the page: server.url, or by where it listens.
std::string page_address(const config::Server& server);

}  // namespace frontdesk::app
