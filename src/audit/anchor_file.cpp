#include "audit/anchor_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace frontdesk::audit {
namespace {

constexpr std::size_t kMostBytes = 4096;

struct Opened {
  int fd = -1;
  ~Opened() {
    if (fd >= 0) ::close(fd);
  }
};

tl::unexpected<base::Error> problem(const char* what, const std::filesystem::path& file, int number) {
  return base::fail(number == ENOENT ? base::ErrorCode::not_found : base::ErrorCode::unavailable, "audit",
                    std::string(what) + " the anchor of the audit log, " + file.string() + ": " +
                        std::generic_category().message(number),
                    base::Retry::later, number);
}

}  // namespace

base::Result<std::string> read_anchor(const std::filesystem::path& file) {
  const Opened opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (opened.fd < 0) return problem("cannot open", file, errno);
  std::array<char, kMostBytes> text{};
  const auto count = ::read(opened.fd, text.data(), text.size());
  if (count < 0) return problem("cannot read", file, errno);
  return std::string(text.data(), static_cast<std::size_t>(count));
}

base::Status write_anchor(const std::filesystem::path& file, std::string_view text) {
  auto beside = file;
  beside += ".new";
  {
    const Opened opened{
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
    if (opened.fd < 0) return problem("cannot write", file, errno);
    if (::write(opened.fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(opened.fd) != 0)
      return problem("cannot write", file, errno == 0 ? ENOSPC : errno);
  }
  if (::rename(beside.c_str(), file.c_str()) != 0) return problem("cannot replace", file, errno);
  const Opened folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.fd < 0 || ::fsync(folder.fd) != 0) return problem("cannot write", file, errno);
  return {};
}

}  // namespace frontdesk::audit
