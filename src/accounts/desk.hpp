// Opens what accounts need from a data folder, and keeps it: a connection of its own to the database, the master keys,
// the audit log with its anchor, the thread of the hashes.
#pragma once
#include <filesystem>
#include <memory>

#include "accounts/accounts.hpp"

namespace frontdesk::accounts {

class Desk {
 public:
  /// `folder` holds the database, brought up to date. Without master keys there it makes them, unless `environment`
  /// (FRONTDESK_MASTER_KEY) gives them. `mailer` outlives it.
  static base::Result<std::unique_ptr<Desk>> open(const std::filesystem::path& folder, std::string_view environment,
                                                  Settings settings, notify::Mailer& mailer, base::UtcTime now);

  Accounts& accounts() { return accounts_; }
  Office& office() { return office_; }
  /// Deletes what has expired; once an hour will do.
  base::Status sweep(base::UtcTime now);

 private:
  Desk(std::unique_ptr<store::Connection> connection, secrets::DataKeys keys, std::unique_ptr<audit::Log> log,
       Settings settings, notify::Mailer& mailer);

  std::unique_ptr<store::Connection> connection_;
  OneConnection connections_;
  std::unique_ptr<audit::Log> log_;
  bcrypt::HashWorker hashes_;
  Office office_;
  Accounts accounts_;
};

}  // namespace frontdesk::accounts
