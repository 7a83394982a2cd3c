// One process writes to a data folder at a time: a second one would take the first one's running
// calls for interrupted ones.
#pragma once
#include <filesystem>
#include <utility>

#include "base/error.hpp"

namespace frontdesk::store {

/// Held until destroyed, or until the process is gone (flock(2)).
class FolderLock {
 public:
  /// already_exists if another process holds it.
  static base::Result<FolderLock> take(const std::filesystem::path& data_folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace frontdesk::store
