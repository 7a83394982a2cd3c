#include "http/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace frontdesk::http {
namespace {

base::Result<FileHandle> none() {
  return base::fail(base::ErrorCode::not_found, "http", "there is no such file");
}

bool lies_below(const std::filesystem::path& folder, const std::filesystem::path& path) {
  auto part = path.begin();
  for (const auto& expected : folder) {
    if (part == path.end() || *part != expected) return false;
    ++part;
  }
  return part != path.end();
}

std::string entity_tag_of(const struct stat& status) {
  return "\"" + std::to_string(status.st_size) + "-" + std::to_string(status.st_mtim.tv_sec) + "-" +
         std::to_string(status.st_mtim.tv_nsec) + "\"";
}

class RegularFile final : public File {
 public:
  /// Takes over the descriptor.
  RegularFile(int descriptor, std::uint64_t size, std::string entity_tag)
      : descriptor_(descriptor), size_(size), entity_tag_(std::move(entity_tag)) {}
  ~RegularFile() override { ::close(descriptor_); }
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  std::uint64_t size() const override { return size_; }
  const std::string& entity_tag() const override { return entity_tag_; }
  base::Result<std::string> read(std::uint64_t offset, std::size_t length) const override;

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string entity_tag_;
};

}  // namespace

base::Result<std::string> RegularFile::read(std::uint64_t offset, std::size_t length) const {
  std::string bytes(length, '\0');
  std::size_t filled = 0;
  while (filled < length) {
    const auto count =
        ::pread(descriptor_, bytes.data() + filled, length - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::fail(base::ErrorCode::data_loss, "http", "the file cannot be read", {}, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

base::Result<std::filesystem::path> path_below(const std::filesystem::path& folder,
                                               const std::filesystem::path& relative) {
  const auto nowhere = [] { return base::fail(base::ErrorCode::not_found, "http", "there is no such file"); };
  if (relative.empty() || relative.is_absolute() || relative.native().find('\0') != std::string::npos) return nowhere();
  for (const auto& part : relative)
    if (part == "..") return nowhere();
  std::error_code error;
  const auto root = std::filesystem::canonical(folder, error);
  if (error) return nowhere();
  auto path = std::filesystem::canonical(root / relative, error);
  if (error || !lies_below(root, path)) return nowhere();
  return path;
}

base::Result<FileHandle> open_below(const std::filesystem::path& folder, const std::filesystem::path& relative) {
  const auto path = path_below(folder, relative);
  if (!path) return tl::unexpected(path.error());
  // Not blocking, for a named pipe would wait here for a writer.
  const int descriptor = ::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return none();
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return none();
  }
  return std::make_shared<const RegularFile>(descriptor, static_cast<std::uint64_t>(status.st_size),
                                             entity_tag_of(status));
}

}  // namespace frontdesk::http
