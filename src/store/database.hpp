// Where the data is, and how to come to it: SQLite in the data folder, or a PostgreSQL server that several machines
// share. Recordings and tapes are in the data folder either way.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/protect.hpp"
#include "store/sqlite_connection.hpp"

namespace frontdesk::store {

/// The database's file name below the data folder.
inline constexpr std::string_view kDatabaseFile = "frontdesk.db";

struct Location {
  std::filesystem::path folder;
  base::Secret url{};  ///< "postgresql://user:password@host/name?sslmode=verify-full"; empty: SQLite in the folder
  base::Duration busy_limit = kBusyLimit;  ///< of SQLite

  Location() = default;
  // A folder alone is a location, in whatever form it is at hand.
  Location(std::filesystem::path data_folder, base::Secret database = {})  // NOLINT(google-explicit-constructor)
      : folder(std::move(data_folder)), url(std::move(database)) {}
  Location(const std::string& data_folder) : folder(data_folder) {}  // NOLINT(google-explicit-constructor)

  bool shared() const { return !url.empty(); }
  std::filesystem::path file() const { return folder / kDatabaseFile; }
};

/// Brings the schema up to date first; SQLite is checked for damage and, before its schema changes, copied to
/// backups/ in the folder. failed_precondition if a newer version of the program wrote it; data_loss if it is damaged.
base::Result<std::unique_ptr<Connection>> open_database(const Location& location);

/// To a database that open_database() has been at. not_found if there is no file.
base::Result<std::unique_ptr<Connection>> open_connection(const Location& location, OpenMode mode);

/// A name of this machine that stays, kept in the folder: of whom a row of a shared database is.
base::Result<std::string> machine_name(const std::filesystem::path& data_folder);

}  // namespace frontdesk::store
