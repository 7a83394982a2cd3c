// A copy of everything that a data folder and its database hold, made while the program works, as a folder of its own:
// the database as an SQLite file, whichever kind it is of, the recordings, tapes and other files, and a manifest.
//
// What is sealed stays sealed. The master key is not in it: keep that elsewhere, or the backup of the key is worth as
// much as the house key under the mat; and without it what was sealed is lost.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "store/backup/manifest.hpp"
#include "store/database.hpp"

namespace frontdesk::backup {

struct Summary {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  base::UtcTime made_at;
  std::vector<std::string> missing;  ///< recordings that the database names and that are nowhere
};

/// `to` must not be there: it appears when all of it is on the disk. already_exists, not_found (no database),
/// unavailable (no room).
base::Result<Summary> make(const store::Location& from, const std::filesystem::path& to, base::UtcTime now);

/// data_loss if a file is missing, changed, cut off or added, or the database is damaged; failed_precondition if a
/// newer version of the program made it.
base::Result<Summary> verify(const std::filesystem::path& backup);

/// After verify(). The data folder must hold no database, and a shared database no calls: already_exists otherwise.
/// Until all is there the folder has no database, so what was interrupted is not taken for whole.
base::Result<Summary> restore(const std::filesystem::path& backup, const store::Location& to);

}  // namespace frontdesk::backup
