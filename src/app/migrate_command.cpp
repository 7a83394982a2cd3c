#include "app/migrate_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/database_location.hpp"
#include "app/load_config.hpp"
#include "store/folder_lock.hpp"
#include "store/migrations.hpp"

namespace frontdesk::app {
namespace {

constexpr int kMisused = 2;

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return 1;
}

/// A database that is not there yet has everything before it.
base::Result<store::SchemaState> state_of(const store::Location& location) {
  if (!location.shared() && !std::filesystem::exists(location.file())) {
    store::SchemaState nothing;
    nothing.pending.assign(store::migrations().begin(), store::migrations().end());
    return nothing;
  }
  const auto connection = store::open_connection(location, store::OpenMode::read_only);
  if (!connection) return tl::unexpected(connection.error());
  return store::schema_state(**connection);
}

void print(const store::SchemaState& state) {
  std::printf("schema %d\n", state.newest());
  for (const auto& each : state.applied) std::printf("  applied  %2d  %s\n", each.version, each.name.c_str());
  for (const auto& each : state.pending)
    std::printf("  pending  %2d  %s\n", each.version, std::string(each.name).c_str());
  std::fflush(stdout);
}

int apply(const store::Location& location) {
  std::error_code error;
  std::filesystem::create_directories(location.folder, error);  // shows when the lock cannot be made
  const auto lock = store::FolderLock::take(location.folder);
  if (!lock) return complain(lock.error());
  const auto done = store::open_database(location);
  if (!done) return complain(done.error());
  std::puts("the database is up to date");
  return 0;
}

}  // namespace

void add_migrate_command(CLI::App& app, MigrateOptions& options) {
  auto* command = app.add_subcommand("migrate", "Bring the database's schema up to date; starting does so too");
  command->add_option("--config", options.config, "Configuration file (default: frontdesk.toml)");
  command->add_option("--data", options.data, "Folder of the database");
  command->add_flag("--dry-run", options.dry_run, "Only say what would be done");
}

int migrate_command(const MigrateOptions& options) {
  auto config = load_config_or_sample(options.config);
  if (!config) {
    print_problems(config.error());
    return kMisused;
  }
  if (!options.data.empty()) config->server.data = options.data;
  const auto location = database_location(*config);
  const auto state = state_of(location);
  if (!state) return complain(state.error());
  print(*state);
  if (options.dry_run) return 0;
  return apply(location);
}

}  // namespace frontdesk::app
