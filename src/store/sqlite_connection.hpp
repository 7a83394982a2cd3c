// SQLite (https://www.sqlite.org/c3ref/intro.html) in WAL mode with synchronous=FULL: what was
// committed survives the process being killed and the power being cut. Only the store thread waits
// for the disk.
#pragma once
#include <filesystem>
#include <memory>

#include "base/time.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

enum class OpenMode { read_write, read_only };

inline constexpr base::Duration kBusyLimit = base::seconds(5);  ///< how long a statement waits for another writer

/// Creates the file if needed (readable by its owner only).
base::Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& path, OpenMode mode,
                                                      base::Duration busy_limit = kBusyLimit);

/// A consistent copy of the database while others write to it, on the disk when it returns; mode 0600. `to` must not
/// be there. Needs as much room as the database.
base::Status copy_sqlite(Connection& from, const std::filesystem::path& to);

/// data_loss if the database is damaged. `thorough` also compares every index with its table.
base::Status check_sqlite(Connection& connection, bool thorough);

}  // namespace frontdesk::store
