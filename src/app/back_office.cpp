#include "app/back_office.hpp"

#include <spdlog/spdlog.h>

#include "api/account_authenticator.hpp"
#include "app/database_location.hpp"
#include "app/mailer.hpp"
#include "base/clock.hpp"
#include "store/call_records.hpp"
#include "store/database.hpp"
#include "vault/secrets/secret_store.hpp"

namespace frontdesk::app {
namespace {

/// 0.0.0.0 is no address to open.
std::string reachable(base::Endpoint endpoint) {
  return endpoint.is_unspecified() ? "127.0.0.1:" + std::to_string(endpoint.port) : base::to_string(endpoint);
}

}  // namespace

std::string page_address(const config::Server& server) {
  if (!server.url.empty()) return server.url;
  if (!server.https.certificate.empty()) return "https://" + reachable(server.https.listen);
  return "http://" + reachable(server.http);
}

base::Result<std::unique_ptr<BackOffice>> BackOffice::open(const config::Config& config,
                                                           std::shared_ptr<MasterKeys> keys) {
  std::unique_ptr<BackOffice> office(new BackOffice());
  office->mailer_ = mailer_of(config);
  accounts::Settings settings;
  settings.base_url = page_address(config.server);
  settings.name = config.business.name;
  auto desk =
      accounts::Desk::open(database_location(config), keys->ring(), settings, *office->mailer_, base::wall_now());
  if (!desk) return tl::unexpected(desk.error());
  office->desk_ = std::move(*desk);
  const auto machine = store::machine_name(config.server.data);
  if (!machine) return tl::unexpected(machine.error());
  office->key_rotation_ =
      std::make_unique<KeyRotation>(office->office(), std::move(keys), config.server.data, *machine);
  office->authenticator_ =
      std::make_shared<api::AccountAuthenticator>(office->accounts(), std::string(store::kLocalOrganisation));
  return office;
}

base::Status BackOffice::sweep(base::UtcTime now) {
  if (auto done = desk_->sweep(now); !done) return done;
  return office().transaction(
      [&](store::Connection& connection) { return secrets::SecretStore::sweep(connection, now); });
}

std::optional<base::Secret> BackOffice::first_owner_token() {
  constexpr std::string_view kMark = "#token=";
  const auto link = accounts().registration.first_owner_link(base::wall_now());
  if (!link) {
    spdlog::warn("no link for the first owner: {}", link.error().message);
    return std::nullopt;
  }
  if (!*link) return std::nullopt;
  const auto& text = (*link)->expose();
  return base::Secret(text.substr(text.find(kMark) + kMark.size()));
}

}  // namespace frontdesk::app
