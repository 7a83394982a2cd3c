#include "files/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace frontdesk::files {

Descriptor::~Descriptor() {
  (void)close();
}
Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
int Descriptor::close() {
  const int fd = std::exchange(fd_, -1);
  return fd >= 0 && ::close(fd) != 0 ? errno : 0;
}

tl::unexpected<base::Error> failure(int number, std::string_view domain, const std::string& what) {
  const auto message = what + ": " + std::generic_category().message(number);
  switch (number) {
    case EEXIST:
      return base::fail(base::ErrorCode::already_exists, domain, message, base::Retry::never, number);
    case ENOENT:
      return base::fail(base::ErrorCode::not_found, domain, message, base::Retry::never, number);
    case EACCES:
    case EPERM:
    case EROFS:
      return base::fail(base::ErrorCode::permission_denied, domain, message, base::Retry::never, number);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return base::fail(base::ErrorCode::resource_exhausted, domain, message + "; free some space", base::Retry::later,
                        number);
    default:
      return base::fail(base::ErrorCode::unavailable, domain, message, base::Retry::later, number);
  }
}

int write_at(int fd, std::span<const std::uint8_t> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : ENOSPC;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return 0;
}

base::Status append(int fd, std::span<const std::uint8_t> bytes, std::uint64_t end, std::string_view domain,
                    const std::string& what) {
  const int number = write_at(fd, bytes, end);
  if (number == 0) return {};
  if (::ftruncate(fd, static_cast<off_t>(end)) != 0) return failure(errno, domain, what + ", nor undo half a write");
  return failure(number, domain, what);
}

std::int64_t read_at(int fd, std::span<std::uint8_t> bytes, std::uint64_t offset) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto rest = bytes.subspan(filled);
    const auto count = ::pread(fd, rest.data(), rest.size(), static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return static_cast<std::int64_t>(filled);
}

void synchronise_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened) (void)::fsync(opened.get());
}

}  // namespace frontdesk::files
