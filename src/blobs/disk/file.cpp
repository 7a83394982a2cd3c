#include "blobs/disk/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace frontdesk::disk {

base::Error system_error(std::string_view doing) {
  const int number = errno;
  base::Error error{base::ErrorCode::unavailable, "disk",
                    std::string(doing) + ": " + std::generic_category().message(number), base::Retry::later, number};
  if (number == ENOENT) {
    error.code = base::ErrorCode::not_found;
    error.retry = base::Retry::never;
  } else if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
    error.code = base::ErrorCode::resource_exhausted;
    error.message += "; free some space";
  } else if (number == EACCES || number == EPERM || number == EROFS) {
    error.code = base::ErrorCode::permission_denied;
    error.message += "; let this program write there";
  } else if (number == ENOTDIR || number == ELOOP || number == EISDIR) {
    error.code = base::ErrorCode::failed_precondition;
    error.retry = base::Retry::never;
  }
  return error;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

base::Status File::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(system_error("cannot write a blob"));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

base::Result<std::string> File::read(std::uint64_t offset, std::size_t length) const {
  std::string out(length, '\0');
  std::size_t done = 0;
  while (done < length) {
    const auto count = ::pread(descriptor_, out.data() + done, length - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(system_error("cannot read a blob"));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  out.resize(done);
  return out;
}

base::Status File::sync() const {
  if (::fsync(descriptor_) == 0) return {};
  return tl::unexpected(system_error("the device does not take a blob"));
}

base::Result<File::Facts> File::facts() const {
  struct stat found {};
  if (::fstat(descriptor_, &found) != 0) return tl::unexpected(system_error("cannot look at a blob"));
  Facts facts;
  facts.size = static_cast<std::uint64_t>(found.st_size);
  facts.modified.unix_ms = found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1'000'000;
  facts.regular = S_ISREG(found.st_mode);
  return facts;
}

base::Result<File> open_folder(const std::filesystem::path& root, const std::filesystem::path& relative, bool create) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  File folder(::open(root.c_str(), kFlags));
  if (folder.get() < 0) return tl::unexpected(system_error("cannot open the folder of blobs"));
  for (const auto& name : relative) {
    int next = ::openat(folder.get(), name.c_str(), kFlags | O_NOFOLLOW);
    if (next < 0 && errno == ENOENT && create) {
      if (::mkdirat(folder.get(), name.c_str(), 0700) != 0 && errno != EEXIST)
        return tl::unexpected(system_error("cannot make a folder for blobs"));
      if (auto synced = folder.sync(); !synced) return tl::unexpected(synced.error());
      next = ::openat(folder.get(), name.c_str(), kFlags | O_NOFOLLOW);
    }
    if (next < 0) return tl::unexpected(system_error("cannot open a folder of blobs"));
    folder = File(next);
  }
  return folder;
}

base::Result<File> open_file(const File& folder, const std::string& name) {
  File file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) return tl::unexpected(system_error("cannot open a blob"));
  return file;
}

base::Result<File> create_file(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return tl::unexpected(system_error("cannot begin a blob"));
  return file;
}

}  // namespace frontdesk::disk
