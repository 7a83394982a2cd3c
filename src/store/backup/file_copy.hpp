// Files copied and hashed in one pass, and brought to the disk.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "store/backup/manifest.hpp"

namespace frontdesk::backup {

/// Hexadecimal.
std::string sha256_of(std::string_view bytes);

/// As far as it reaches now: it may be growing. `entry.path` stays empty. not_found if it is gone.
base::Result<Entry> hash_of(const std::filesystem::path& path);
/// The same, and a copy with mode 0600 in place of any file there, on the disk when it returns. Makes the folders.
base::Result<Entry> copy_hashed(const std::filesystem::path& from, const std::filesystem::path& to);
base::Status write_file(const std::filesystem::path& path, std::string_view text);
/// So that what was renamed or made in it stays after a power cut.
void sync_folder(const std::filesystem::path& folder);

}  // namespace frontdesk::backup
