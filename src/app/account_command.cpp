#include "app/account_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "accounts/desk.hpp"
#include "app/database_location.hpp"
#include "base/clock.hpp"
#include "config/config.hpp"
#include "store/folder_lock.hpp"

namespace frontdesk::app {
namespace {

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return 1;
}

int print_first_link(accounts::Desk& desk, base::UtcTime now) {
  const auto link = desk.accounts().registration.first_owner_link(now);
  if (!link) return complain(link.error());
  if (!*link) {
    std::fprintf(stderr, "frontdesk: there are accounts already: their owners invite others\n");
    return 1;
  }
  std::printf("%s\n", (*link)->expose().c_str());
  return 0;
}

int print_reset_link(accounts::Desk& desk, const std::string& email, base::UtcTime now) {
  const auto link = desk.accounts().registration.reset_link(email, now);
  if (!link) return complain(link.error());
  std::printf("%s\n", link->expose().c_str());
  return 0;
}

}  // namespace

void add_account_command(CLI::App& app, AccountOptions& options) {
  auto* command = app.add_subcommand("account", "Links for people who cannot get in; stop the program before");
  command->require_subcommand(1);
  command->add_option("--data", options.data, "Folder of the database (default: ./data)");
  command->add_option("--url", options.url, "Where people reach the console (default: http://127.0.0.1:8080)");
  command->add_subcommand("first-link", "While nobody has an account: makes whoever opens it the owner")->fallthrough();
  auto* reset = command->add_subcommand("reset-link", "Lets somebody choose a new password");
  reset->add_option("email", options.email, "Of the account")->required();
  reset->fallthrough();
}

/// Beside the running program two processes would write the audit log's anchor.
int account_command(const AccountOptions& options) {
  const auto lock = store::FolderLock::take(options.data);
  if (!lock) return complain(lock.error());
  const auto environment = config::process_environment();
  const auto key = environment.find(vault::kMasterKeyVariable);
  notify::NoMailer none;
  const auto now = base::wall_now();
  accounts::Settings settings;
  settings.base_url = options.url;
  const auto desk = accounts::Desk::open(database_location(options.data),
                                         key == environment.end() ? std::string() : key->second, settings, none, now);
  if (!desk) return complain(desk.error());
  return options.email.empty() ? print_first_link(**desk, now) : print_reset_link(**desk, options.email, now);
}

}  // namespace frontdesk::app
