// frontdesk backup, verify, restore: all that is kept, taken out, checked and put back.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct BackupOptions {
  std::string config;
  std::string data;
  std::string folder;  ///< of the backup
};

void add_backup_commands(CLI::App& app, BackupOptions& options);
/// The process's exit code.
int backup_command(const BackupOptions& options);
int verify_command(const BackupOptions& options);
int restore_command(const BackupOptions& options);

}  // namespace frontdesk::app
