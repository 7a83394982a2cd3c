// Files by descriptor: writes that are whole or told apart, errors of the system as values. What a folder of records
// is made of: recordings, sealed files, blobs, keys.
#pragma once
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace frontdesk::files {

/// Owns what open(2) returned; -1 is none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  /// Closes now: 0, or the errno of a close that failed.
  int close();

 private:
  int fd_;
};

/// What errno `number` means, for callers and for people: already_exists, not_found, permission_denied,
/// resource_exhausted (a full disk: later it may go), otherwise unavailable. `what`: "cannot write a recording".
tl::unexpected<base::Error> failure(int number, std::string_view domain, const std::string& what);

/// All of `bytes`, or the errno of what stopped it; 0 is success. A part may have been written.
int write_at(int fd, std::span<const std::uint8_t> bytes, std::uint64_t offset);

/// As write_at() at the end of a file that is `end` long; what was written in part is taken away again, so that a
/// reader never meets half a record.
base::Status append(int fd, std::span<const std::uint8_t> bytes, std::uint64_t end, std::string_view domain,
                    const std::string& what);

/// Fills `bytes`; the number read, which is less only at the end of the file, or -1 with errno set.
std::int64_t read_at(int fd, std::span<std::uint8_t> bytes, std::uint64_t offset);

/// A file that is there after a power failure once its folder was synchronised. Failures are ignored: not every file
/// system can.
void synchronise_folder(const std::filesystem::path& folder);

}  // namespace frontdesk::files
