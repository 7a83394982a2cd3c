// The sealed files of this machine: which master key wraps each, and wrapping them by the newest one, a few at a time.
// Stopped anywhere it is simply run again: the heads of the files say what is left to do.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "vault/key_ring.hpp"
#include "vault/rotation/master_keys.hpp"

namespace frontdesk::rotation {

inline constexpr int kFilesAtOnce = 50;

struct SealedFolder {
  std::filesystem::path folder;  ///< and those below it
  /// What a file is sealed for; unset: it is no sealed file.
  std::function<std::optional<std::string>(const std::filesystem::path&)> purpose;
};

struct FilesRewrapped {
  Counts uses;  ///< by master key: how many files it wraps now
  std::int64_t done = 0;
  std::int64_t lost = 0;   ///< could not be rewrapped
  std::string first_lost;  ///< one of them, and why
};

/// `between` is asked after every kFilesAtOnce files; its error ends the walk. Files that vanish meanwhile are no
/// error.
base::Result<FilesRewrapped> rewrap_files(std::span<const SealedFolder> folders, const vault::KeyRing& ring,
                                          const std::function<base::Status()>& between);
base::Result<Counts> count_files(std::span<const SealedFolder> folders);

}  // namespace frontdesk::rotation
