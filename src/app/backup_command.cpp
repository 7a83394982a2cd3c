#include "app/backup_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/database_location.hpp"
#include "app/load_config.hpp"
#include "base/clock.hpp"
#include "store/backup/backup.hpp"

namespace frontdesk::app {
namespace {

constexpr int kMisused = 2;

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return 1;
}

std::optional<store::Location> location_of(const BackupOptions& options) {
  auto config = load_config_or_sample(options.config);
  if (!config) {
    print_problems(config.error());
    return std::nullopt;
  }
  if (!options.data.empty()) config->server.data = options.data;
  return database_location(*config);
}

int tell(const base::Result<backup::Summary>& done, const char* what) {
  if (!done) return complain(done.error());
  std::printf("%s: %zu files, %.1f MB\n", what, done->files, static_cast<double>(done->bytes) / 1e6);
  for (const auto& path : done->missing) std::fprintf(stderr, "frontdesk: %s was not there\n", path.c_str());
  return 0;
}

CLI::App* add(CLI::App& app, BackupOptions& options, const char* name, const char* what, const char* folder) {
  auto* command = app.add_subcommand(name, what);
  command->add_option("folder", options.folder, folder)->required();
  return command;
}

void add_place(CLI::App* command, BackupOptions& options) {
  command->add_option("--config", options.config, "Configuration file (default: frontdesk.toml)");
  command->add_option("--data", options.data, "Folder of the database and the recordings");
}

}  // namespace

void add_backup_commands(CLI::App& app, BackupOptions& options) {
  add_place(add(app, options, "backup", "Copy all that is kept into a folder; calls go on meanwhile",
                "A folder that is not there yet"),
            options);
  add(app, options, "verify", "Check that a backup is whole", "The backup");
  add_place(add(app, options, "restore", "Put a backup back into an empty data folder or database", "The backup"),
            options);
}

int backup_command(const BackupOptions& options) {
  const auto location = location_of(options);
  if (!location) return kMisused;
  const int code = tell(backup::make(*location, options.folder, base::wall_now()), "backed up");
  if (code == 0 && std::filesystem::exists(location->folder / "master.key"))
    std::puts("master.key is not in it, and without that nobody hears its recordings: keep a copy of it elsewhere");
  return code;
}

int verify_command(const BackupOptions& options) {
  return tell(backup::verify(options.folder), "the backup is whole");
}

int restore_command(const BackupOptions& options) {
  const auto location = location_of(options);
  if (!location) return kMisused;
  const int code = tell(backup::restore(options.folder, *location), "restored");
  if (code == 0) std::puts("if recordings were sealed, put master.key into the data folder before starting");
  return code;
}

}  // namespace frontdesk::app
