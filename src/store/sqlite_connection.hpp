// SQLite (https://www.sqlite.org/c3ref/intro.html) in WAL mode. Commits are synchronous=NORMAL: a
// killed process loses nothing that was committed, because the log is already with the kernel; a
// power cut may lose the last moments but never damages the file.
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
