// Opens what accounts need, and keeps it: connections of its own to the database, the master keys, the audit log with
// its anchor, the thread of the hashes.
#pragma once
#include <memory>

#include "accounts/accounts.hpp"
#include "store/database.hpp"
#include "store/pool.hpp"

namespace frontdesk::accounts {

/// Several connections, each to one thread at a time.
class PooledConnections final : public Connections {
 public:
  explicit PooledConnections(const store::Location& database);
  base::Status lend(const std::function<void(store::Connection&)>& work) override;

 private:
  store::Pool pool_;
};

class Desk {
 public:
  /// The database is brought up to date. Without master keys in its folder it makes them, unless `environment`
  /// (FRONTDESK_MASTER_KEY) gives them; machines that share a database need the same. `mailer` outlives it.
  static base::Result<std::unique_ptr<Desk>> open(const store::Location& database, std::string_view environment,
                                                  Settings settings, notify::Mailer& mailer, base::UtcTime now);

  /// The same with keys that others in this program use too, and that may change while it runs.
  static base::Result<std::unique_ptr<Desk>> open(const store::Location& database,
                                                  std::shared_ptr<const vault::KeyRing> ring, Settings settings,
                                                  notify::Mailer& mailer, base::UtcTime now);

  Accounts& accounts() { return accounts_; }
  Office& office() { return office_; }
  /// Deletes what has expired; once an hour will do.
  base::Status sweep(base::UtcTime now);

 private:
  Desk(const store::Location& database, secrets::DataKeys keys, std::unique_ptr<audit::Log> log, Settings settings,
       notify::Mailer& mailer);

  PooledConnections connections_;
  std::unique_ptr<audit::Log> log_;
  bcrypt::HashWorker hashes_;
  Office office_;
  Accounts accounts_;
};

}  // namespace frontdesk::accounts
