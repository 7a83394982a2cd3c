#include "accounts/desk.hpp"

#include "accounts/token_rows.hpp"
#include "audit/anchor_file.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::accounts {

PooledConnections::PooledConnections(const store::Location& database)
    : pool_([database] { return store::open_connection(database, store::OpenMode::read_write); }) {}

base::Status PooledConnections::lend(const std::function<void(store::Connection&)>& work) {
  const auto lease = pool_.take();
  if (!lease) return tl::unexpected(lease.error());
  work(**lease);
  return {};
}

Desk::Desk(const store::Location& database, secrets::DataKeys keys, std::unique_ptr<audit::Log> log, Settings settings,
           notify::Mailer& mailer)
    : connections_(database),
      log_(std::move(log)),
      office_{connections_, *log_, hashes_, mailer, secrets::SecretBox(std::move(keys)), std::move(settings)},
      accounts_(office_) {}

base::Result<std::unique_ptr<Desk>> Desk::open(const store::Location& database, std::string_view environment,
                                               Settings settings, notify::Mailer& mailer, base::UtcTime now) {
  auto ring = vault::open_key_ring(database.folder, environment);
  if (!ring) return tl::unexpected(ring.error());
  return open(database, std::make_shared<const vault::KeyRing>(std::move(*ring)), std::move(settings), mailer, now);
}

base::Result<std::unique_ptr<Desk>> Desk::open(const store::Location& database,
                                               std::shared_ptr<const vault::KeyRing> ring, Settings settings,
                                               notify::Mailer& mailer, base::UtcTime now) {
  const secrets::DataKeys keys(std::move(ring));
  auto connection = store::open_database(database);
  if (!connection) return tl::unexpected(connection.error());
  auto log = audit::Log::open(**connection, keys, database.folder / audit::kAnchorFile, now);
  if (!log) return tl::unexpected(log.error());
  return std::unique_ptr<Desk>(new Desk(database, keys, std::move(*log), std::move(settings), mailer));
}

base::Status Desk::sweep(base::UtcTime now) {
  return office_.transaction([&](store::Connection& connection) { return accounts::sweep(connection, now); });
}

}  // namespace frontdesk::accounts
