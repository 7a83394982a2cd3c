#include "store/database.hpp"

#include <sys/stat.h>

#include <fstream>

#include "base/entropy.hpp"
#include "base/ids.hpp"
#include "store/migrations.hpp"
#include "store/postgres_connection.hpp"

namespace frontdesk::store {
namespace {

constexpr base::Duration kMigrationLimit = base::seconds(3600);  // of one statement
constexpr std::string_view kMachineFile = "machine";
constexpr std::string_view kMachinePrefix = "machine";

/// A migration that went wrong must not cost the data: the database as it was stays beside the new one.
base::Status copy_before_migration(Connection& connection, const Location& location) {
  const auto state = schema_state(connection);
  if (!state) return tl::unexpected(state.error());
  if (state->applied.empty() || state->pending.empty()) return {};
  const auto folder = location.folder / "backups";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return base::fail(base::ErrorCode::unavailable, "store",
                      "cannot create " + folder.string() + ": " + error.message());
  const auto name = "schema-" + std::to_string(state->newest()) + "-" + base::new_id("before").substr(7) + ".db";
  return copy_sqlite(connection, folder / name);
}

base::Result<std::unique_ptr<Connection>> open_local_database(const Location& location) {
  auto connection = open_sqlite(location.file(), OpenMode::read_write, location.busy_limit);
  if (!connection) return connection;
  if (auto checked = check_sqlite(**connection, false); !checked) {
    checked.error().message = location.file().string() + ": " + checked.error().message;
    return tl::unexpected(checked.error());
  }
  if (auto copied = copy_before_migration(**connection, location); !copied) return tl::unexpected(copied.error());
  if (auto migrated = migrate(**connection); !migrated) return tl::unexpected(migrated.error());
  return connection;
}

base::Result<std::unique_ptr<Connection>> open_shared_database(const Location& location) {
  PostgresOptions patient;
  patient.statement_limit = kMigrationLimit;
  auto migrating = open_postgres(location.url, patient);
  if (!migrating) return migrating;
  if (auto migrated = migrate(**migrating); !migrated) return tl::unexpected(migrated.error());
  return open_postgres(location.url);
}

}  // namespace

base::Result<std::unique_ptr<Connection>> open_database(const Location& location) {
  return location.shared() ? open_shared_database(location) : open_local_database(location);
}

base::Result<std::unique_ptr<Connection>> open_connection(const Location& location, OpenMode mode) {
  if (location.shared()) {
    PostgresOptions options;
    options.read_only = mode == OpenMode::read_only;
    return open_postgres(location.url, options);
  }
  if (!std::filesystem::exists(location.file()))
    return base::fail(base::ErrorCode::not_found, "store",
                      "there is no call log in " + location.folder.string() + ": name the data folder with --data");
  return open_sqlite(location.file(), mode, location.busy_limit);
}

base::Result<std::string> machine_name(const std::filesystem::path& data_folder) {
  const auto path = data_folder / kMachineFile;
  std::string name;
  if (std::ifstream file(path); file >> name && base::is_id(kMachinePrefix, name)) return name;
  name = base::new_id(kMachinePrefix);
  std::ofstream file(path, std::ios::trunc);
  file << name << "\n";
  if (file.flush()) return name;
  return base::fail(base::ErrorCode::permission_denied, "store",
                    "cannot write " + path.string() + ": check who owns the data folder");
}

}  // namespace frontdesk::store
