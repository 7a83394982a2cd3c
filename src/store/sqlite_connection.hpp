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

/// Creates the file if needed (readable by its owner only).
base::Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& path, OpenMode mode,
                                                      base::Duration busy_limit = base::seconds(5));

}  // namespace frontdesk::store
