#include "accounts/desk.hpp"

#include "accounts/token_rows.hpp"
#include "audit/anchor_file.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::accounts {

Desk::Desk(std::unique_ptr<store::Connection> connection, secrets::DataKeys keys, std::unique_ptr<audit::Log> log,
           Settings settings, notify::Mailer& mailer)
    : connection_(std::move(connection)),
      connections_(*connection_),
      log_(std::move(log)),
      office_{connections_, *log_, hashes_, mailer, secrets::SecretBox(std::move(keys)), std::move(settings)},
      accounts_(office_) {}

base::Result<std::unique_ptr<Desk>> Desk::open(const std::filesystem::path& folder, std::string_view environment,
                                               Settings settings, notify::Mailer& mailer, base::UtcTime now) {
  auto ring = vault::open_key_ring(folder, environment);
  if (!ring) return tl::unexpected(ring.error());
  const secrets::DataKeys keys(std::make_shared<const vault::KeyRing>(std::move(*ring)));
  auto connection = store::open_database(folder);
  if (!connection) return tl::unexpected(connection.error());
  auto log = audit::Log::open(**connection, keys, folder / audit::kAnchorFile, now);
  if (!log) return tl::unexpected(log.error());
  return std::unique_ptr<Desk>(new Desk(std::move(*connection), keys, std::move(*log), std::move(settings), mailer));
}

base::Status Desk::sweep(base::UtcTime now) {
  return office_.transaction([&](store::Connection& connection) { return accounts::sweep(connection, now); });
}

}  // namespace frontdesk::accounts
