#include "store/backup/file_copy.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <system_error>

namespace frontdesk::backup {
namespace {

constexpr std::size_t kBlock = 256U << 10U;

class File {
 public:
  File(const std::filesystem::path& path, int flags) : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
      text += kDigits[digest[i] >> 4U];
      text += kDigits[digest[i] & 15U];
    }
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

tl::unexpected<base::Error> failed(const std::string& what, const std::filesystem::path& path) {
  const int number = errno;
  const auto code = number == ENOENT   ? base::ErrorCode::not_found
                    : number == EACCES ? base::ErrorCode::permission_denied
                                       : base::ErrorCode::unavailable;
  return base::fail(code, "backup",
                    "cannot " + what + " " + path.string() + ": " + std::generic_category().message(number),
                    base::Retry::never, number);
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Reads `from`, of that path, to the end; `to` may be null.
base::Result<Entry> pass(const File& from, const std::filesystem::path& path, const File* to,
                         const std::filesystem::path& target) {
  const auto block = std::make_unique<std::array<char, kBlock>>();
  Sha256 digest;
  Entry entry;
  while (true) {
    const auto count = read(from.get(), block->data(), block->size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("read", path);
    if (count == 0) break;
    const std::string_view bytes(block->data(), static_cast<std::size_t>(count));
    digest.add(bytes);
    entry.bytes += bytes.size();
    if (to != nullptr && !write_all(to->get(), bytes)) return failed("write", target);
  }
  entry.sha256 = digest.hexadecimal();
  return entry;
}

}  // namespace

std::string sha256_of(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hexadecimal();
}

base::Result<Entry> hash_of(const std::filesystem::path& path) {
  const File from(path, O_RDONLY | O_NOFOLLOW);
  if (!from) return failed("read", path);
  return pass(from, path, nullptr, {});
}

base::Result<Entry> copy_hashed(const std::filesystem::path& from, const std::filesystem::path& to) {
  const File source(from, O_RDONLY | O_NOFOLLOW);  // first: what is gone leaves no empty copy
  if (!source) return failed("read", from);
  std::error_code error;
  std::filesystem::create_directories(to.parent_path(), error);  // shows when the file cannot be made
  const File target(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (!target) return failed("write", to);
  auto entry = pass(source, from, &target, to);
  if (entry && fsync(target.get()) != 0) return failed("bring to the disk", to);
  return entry;
}

base::Status write_file(const std::filesystem::path& path, std::string_view text) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file || !write_all(file.get(), text) || fsync(file.get()) != 0) return failed("write", path);
  return {};
}

void sync_folder(const std::filesystem::path& folder) {
  const File opened(folder, O_RDONLY | O_DIRECTORY);
  if (opened) fsync(opened.get());
}

}  // namespace frontdesk::backup
