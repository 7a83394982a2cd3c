// Preloaded (LD_PRELOAD): every change to a file below WRITE_LOG_FOLDER is noted in WRITE_LOG_FILE, in order, as
//
//     kind, 1 byte  offset, 8 bytes  length of the path, 4  length of the data, 4  path  data
//
// 'c' created, 'w' written, 't' cut to `offset`, 's' synchronised (file or folder), 'r' renamed to data, 'u' taken
// away. A note is taken under the same lock as the change itself. 's' is noted before the device is asked: a power
// failure just then may find it done. Memory maps are not seen: SQLite uses one for an index that it makes anew.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

using Write = ssize_t (*)(int, const void*, size_t);
using PositionedWrite = ssize_t (*)(int, const void*, size_t, off_t);
using Vector = ssize_t (*)(int, const iovec*, int);
using Cut = int (*)(int, off_t);
using Sync = int (*)(int);
using Open = int (*)(const char*, int, ...);
using OpenAt = int (*)(int, const char*, int, ...);

std::recursive_mutex& lock() {
  static auto* const kLock = new std::recursive_mutex;
  return *kLock;
}

const std::string& folder() {
  static const auto* const kFolder =
      new std::string(std::getenv("WRITE_LOG_FOLDER") == nullptr ? "" : std::getenv("WRITE_LOG_FOLDER"));
  return *kFolder;
}

bool ours(const std::string& path) {
  return !folder().empty() && path.compare(0, folder().size(), folder()) == 0;
}

int log_file() {
  static const int kFile = [] {
    const char* name = std::getenv("WRITE_LOG_FILE");
    return name == nullptr ? -1 : next<Open>("open")(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }();
  return kFile;
}

void note(char kind, const std::string& path, std::uint64_t offset, const void* data, std::size_t length) {
  std::string record(1, kind);
  const auto number = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) record += static_cast<char>(value >> (8 * i));
  };
  number(offset, 8);
  number(path.size(), 4);
  number(length, 4);
  record += path;
  record.append(static_cast<const char*>(data), length);
  for (std::size_t at = 0; at < record.size();) {
    const auto count = next<Write>("write")(log_file(), record.data() + at, record.size() - at);
    if (count <= 0) {
      std::fputs("write_log: the log cannot be written\n", stderr);
      std::_Exit(99);
    }
    at += static_cast<std::size_t>(count);
  }
}

void note(char kind, const std::string& path, std::uint64_t offset = 0) {
  note(kind, path, offset, "", 0);
}

/// "" of what is no file of the folder.
std::string path_of(int fd) {
  if (folder().empty()) return {};
  std::array<char, PATH_MAX> target{};
  std::array<char, 64> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const auto length = readlink(link.data(), target.data(), target.size());
  if (length <= 0) return {};
  std::string path(target.data(), static_cast<std::size_t>(length));
  return ours(path) ? path : std::string();
}

std::string absolute(int directory, const char* name) {
  if (name[0] == '/') return name;
  if (directory != AT_FDCWD) return path_of(directory) + "/" + name;
  std::array<char, PATH_MAX> current{};
  return getcwd(current.data(), current.size()) == nullptr ? name : std::string(current.data()) + "/" + name;
}

template <class Doing>
int opened(const std::string& path, int flags, Doing doing) {
  if ((flags & (O_CREAT | O_TRUNC)) == 0 || !ours(path)) return doing();
  const std::lock_guard guard(lock());
  const bool was_there = access(path.c_str(), F_OK) == 0;
  const int fd = doing();
  const int number = errno;
  if (fd >= 0 && !was_there) note('c', path);
  if (fd >= 0 && was_there && (flags & O_TRUNC) != 0) note('t', path, 0);
  errno = number;
  return fd;
}

mode_t mode_of(int flags, va_list& rest) {
  return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

template <class Doing>
ssize_t written(int fd, std::int64_t offset, const void* data, Doing doing) {
  const auto path = path_of(fd);
  if (path.empty()) return doing();
  const std::lock_guard guard(lock());
  struct stat status {};
  if (offset < 0) {
    const bool append = (fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &status) == 0;
    offset = append ? status.st_size : lseek(fd, 0, SEEK_CUR);
  }
  const auto count = doing();
  const int number = errno;
  if (count > 0) note('w', path, static_cast<std::uint64_t>(offset), data, static_cast<std::size_t>(count));
  errno = number;
  return count;
}

int synchronised(const char* name, int fd) {
  const auto path = path_of(fd);
  if (!path.empty()) {
    const std::lock_guard guard(lock());
    note('s', path);
  }
  return next<Sync>(name)(fd);
}

int cut(const char* name, int fd, off_t length) {
  const auto path = path_of(fd);
  const std::lock_guard guard(lock());
  const int done = next<Cut>(name)(fd, length);
  if (done == 0 && !path.empty()) note('t', path, static_cast<std::uint64_t>(length));
  return done;
}

template <class Doing>
int renamed(const std::string& from, const std::string& to, Doing doing) {
  if (!ours(from) && !ours(to)) return doing();
  const std::lock_guard guard(lock());
  const int done = doing();
  if (done == 0) note('r', from, 0, to.data(), to.size());
  return done;
}

template <class Doing>
int unlinked(const std::string& path, Doing doing) {
  if (!ours(path)) return doing();
  const std::lock_guard guard(lock());
  const int done = doing();
  if (done == 0) note('u', path);
  return done;
}

}  // namespace

extern "C" {

#define OPEN(name)                                                                                        \
  int name(const char* path, int flags, ...) {                                                            \
    va_list rest;                                                                                         \
    va_start(rest, flags);                                                                                \
    const mode_t mode = mode_of(flags, rest);                                                             \
    va_end(rest);                                                                                         \
    return opened(absolute(AT_FDCWD, path), flags, [&] { return next<Open>(#name)(path, flags, mode); }); \
  }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                                                 \
  int name(int directory, const char* path, int flags, ...) {                         \
    va_list rest;                                                                     \
    va_start(rest, flags);                                                            \
    const mode_t mode = mode_of(flags, rest);                                         \
    va_end(rest);                                                                     \
    return opened(absolute(directory, path), flags,                                   \
                  [&] { return next<OpenAt>(#name)(directory, path, flags, mode); }); \
  }
OPEN_AT(openat)
OPEN_AT(openat64)

FILE* fopen(const char* path, const char* mode) {
  using Function = FILE* (*)(const char*, const char*);
  FILE* file = nullptr;
  const int flags = mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT : 0;
  (void)opened(absolute(AT_FDCWD, path), flags, [&] {
    file = next<Function>("fopen")(path, mode);
    return file == nullptr ? -1 : fileno(file);
  });
  return file;
}

FILE* fopen64(const char* path, const char* mode) {
  return fopen(path, mode);
}

ssize_t write(int fd, const void* data, size_t length) {
  return written(fd, -1, data, [&] { return next<Write>("write")(fd, data, length); });
}

#define POSITIONED(name)                                                                                      \
  ssize_t name(int fd, const void* data, size_t length, off_t offset) {                                       \
    return written(fd, offset, data, [&] { return next<PositionedWrite>(#name)(fd, data, length, offset); }); \
  }
POSITIONED(pwrite)
POSITIONED(pwrite64)

ssize_t writev(int fd, const iovec* parts, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return written(fd, -1, all.data(), [&] { return next<Vector>("writev")(fd, parts, count); });
}

int ftruncate(int fd, off_t length) noexcept {
  return cut("ftruncate", fd, length);
}
int ftruncate64(int fd, off_t length) noexcept {
  return cut("ftruncate64", fd, length);
}
int fsync(int fd) {
  return synchronised("fsync", fd);
}
int fdatasync(int fd) {
  return synchronised("fdatasync", fd);
}

int rename(const char* from, const char* to) noexcept {
  using Function = int (*)(const char*, const char*);
  return renamed(absolute(AT_FDCWD, from), absolute(AT_FDCWD, to), [&] { return next<Function>("rename")(from, to); });
}

int unlink(const char* path) noexcept {
  using Function = int (*)(const char*);
  return unlinked(absolute(AT_FDCWD, path), [&] { return next<Function>("unlink")(path); });
}

int remove(const char* path) noexcept {
  using Function = int (*)(const char*);
  return unlinked(absolute(AT_FDCWD, path), [&] { return next<Function>("remove")(path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  using Function = int (*)(const char*, mode_t);
  const auto whole = absolute(AT_FDCWD, path);
  const std::lock_guard guard(lock());
  const int done = next<Function>("mkdir")(path, mode);
  if (done == 0 && ours(whole)) note('d', whole);
  return done;
}
}
