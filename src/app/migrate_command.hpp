// frontdesk migrate: brings the database's schema up to date, or says what that would do.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct MigrateOptions {
  std::string config;
  std::string data;
  bool dry_run = false;
};

void add_migrate_command(CLI::App& app, MigrateOptions& options);
/// The process's exit code.
int migrate_command(const MigrateOptions& options);

}  // namespace frontdesk::app
