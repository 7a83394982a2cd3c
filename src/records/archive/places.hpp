// Where the file of a recording may lie in a data folder. `recording` is as calls name it:
// "recordings/YYYY-MM/call_....wav.sealed".
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace frontdesk::archive {

inline constexpr const char* kSpoolFolder = "spool";  ///< on its way to the bucket
inline constexpr const char* kCacheFolder = "cache";  ///< fetched from it

/// The original, what waits for the bucket, or what was fetched to be played; nullopt: none of them. Follows no path
/// out of the folder.
std::optional<std::filesystem::path> find_here(const std::filesystem::path& data_folder, const std::string& recording);

/// Removes what waits for a bucket that nobody sends anything to any more.
base::Status remove_waiting(const std::filesystem::path& data_folder, const std::string& recording);

/// Removes the original and what was fetched; true if there was either.
base::Result<bool> remove_here(const std::filesystem::path& data_folder, const std::string& recording);

}  // namespace frontdesk::archive
