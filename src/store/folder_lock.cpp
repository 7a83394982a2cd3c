#include "store/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace frontdesk::store {

base::Result<FolderLock> FolderLock::take(const std::filesystem::path& data_folder) {
  std::error_code error;
  std::filesystem::create_directories(data_folder, error);
  if (error)
    return base::fail(base::ErrorCode::permission_denied, "store",
                      "cannot create the data folder " + data_folder.string() + ": " + error.message());
  const auto path = data_folder / "lock";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0)
    return base::fail(base::ErrorCode::permission_denied, "store",
                      "cannot write to the data folder " + data_folder.string() + ": check who owns it");
  FolderLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  return base::fail(base::ErrorCode::already_exists, "store",
                    "another frontdesk is using the data folder " + data_folder.string() +
                        ": stop it, or give this one its own folder with --data");
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace frontdesk::store
