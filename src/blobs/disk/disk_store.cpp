#include "blobs/disk/disk_store.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "base/entropy.hpp"
#include "blobs/disk/file.hpp"
#include "vault/sealed_file.hpp"

namespace frontdesk::disk {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kIncoming = ".incoming";  // no key begins with a dot
constexpr std::size_t kPiece = 256 * 1024;

std::string purpose_of(const std::string& key) {
  return "blob " + key;
}

base::Error not_there() {
  return {base::ErrorCode::not_found, "disk", "there is no such blob"};
}

/// A blob opened for reading, sealed or not.
struct Opened {
  File file;
  std::optional<vault::SealedReader> sealed;
  File::Facts facts;

  std::uint64_t size() const { return sealed ? sealed->size() : facts.size; }
  base::Result<std::string> read(std::uint64_t offset, std::size_t length) const {
    if (!sealed) return file.read(offset, length);
    auto bytes = sealed->read(offset, length);
    if (!bytes) return tl::unexpected(bytes.error());
    return std::string(bytes->begin(), bytes->end());
  }
};

base::Result<Opened> open_blob(const DiskOptions& options, const std::string& key) {
  if (auto good = blobs::check_key(key); !good) return tl::unexpected(good.error());
  const fs::path relative(key);
  auto folder = open_folder(options.folder, relative.parent_path(), false);
  auto file =
      folder ? open_file(*folder, relative.filename().string()) : base::Result<File>(tl::unexpected(folder.error()));
  if (!file && file.error().code == base::ErrorCode::failed_precondition) return tl::unexpected(not_there());
  if (!file) return tl::unexpected(file.error());
  auto facts = file->facts();
  if (!facts) return tl::unexpected(facts.error());
  if (!facts->regular) return tl::unexpected(not_there());
  Opened opened{std::move(*file), std::nullopt, *facts};
  // By the descriptor, so that it is the file whose path was proved.
  const fs::path own = "/proc/self/fd/" + std::to_string(opened.file.get());
  if ((options.as_it_is && !options.keys) || !vault::is_sealed(own)) return opened;
  if (!options.keys)
    return base::fail(base::ErrorCode::failed_precondition, "disk", "the blob is sealed: give the master key");
  auto sealed = vault::SealedReader::open(own, *options.keys, purpose_of(key));
  if (!sealed) return tl::unexpected(sealed.error());
  if (!sealed->complete()) return base::fail(base::ErrorCode::data_loss, "disk", "the blob's end is missing");
  opened.sealed.emplace(std::move(*sealed));
  return opened;
}

class DiskSource : public blobs::Source {
 public:
  explicit DiskSource(Opened opened) : opened_(std::move(opened)) {}
  base::Result<std::string> read(std::size_t room) override {
    auto piece = opened_.read(at_, std::min(room, kPiece));
    if (piece) at_ += piece->size();
    return piece;
  }

 private:
  Opened opened_;
  std::uint64_t at_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<DiskStore>> DiskStore::open(DiskOptions options) {
  std::error_code error;
  const auto incoming = options.folder / kIncoming;
  fs::create_directories(incoming, error);
  if (!error) fs::permissions(options.folder, fs::perms::owner_all, error);
  if (error)
    return base::fail(base::ErrorCode::permission_denied, "disk",
                      "cannot use the folder " + options.folder.string() + ": " + error.message());
  for (const auto& left : fs::directory_iterator(incoming, error)) fs::remove(left.path(), error);
  return std::unique_ptr<DiskStore>(new DiskStore(std::move(options)));
}

base::Result<std::uint64_t> DiskStore::free_bytes() const {
  struct statvfs found {};
  if (::statvfs(options_.folder.c_str(), &found) != 0) return tl::unexpected(system_error("cannot look at the disk"));
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

base::Result<blobs::Written> DiskStore::put(const std::string& key, blobs::Source& source,
                                            const blobs::PutOptions& /*options*/) {
  if (auto good = blobs::check_key(key); !good) return tl::unexpected(good.error());
  if (options_.keep_free > 0) {
    const auto free = free_bytes();
    if (free && *free < options_.keep_free)
      return base::fail(base::ErrorCode::resource_exhausted, "disk", "the disk is nearly full: free some space",
                        base::Retry::later);
  }
  const auto temporary = options_.folder / kIncoming / base::new_id("put");
  auto written = options_.keys ? write_sealed(temporary, key, source) : write_plain(temporary, source);
  base::Status placed;
  if (written) placed = put_in_place(temporary, key);
  if (written && placed) return written;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  return written ? tl::unexpected(placed.error()) : tl::unexpected(written.error());
}

base::Result<blobs::Written> DiskStore::write_plain(const fs::path& path, blobs::Source& source) {
  auto file = create_file(path);
  if (!file) return tl::unexpected(file.error());
  blobs::Written written;
  crypto::RunningSha256 hash;
  for (;;) {
    const auto piece = source.read(kPiece);
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) break;
    if (auto good = file->write(*piece); !good) return tl::unexpected(good.error());
    hash.add(*piece);
    written.size += piece->size();
  }
  if (auto good = file->sync(); !good) return tl::unexpected(good.error());
  written.sha256 = hash.finish();
  return written;
}

base::Result<blobs::Written> DiskStore::write_sealed(const fs::path& path, const std::string& key,
                                                     blobs::Source& source) {
  auto file = vault::SealedWriter::create(path, *options_.keys, purpose_of(key));
  if (!file) return tl::unexpected(file.error());
  blobs::Written written;
  crypto::RunningSha256 hash;
  for (;;) {
    const auto piece = blobs::read_fully(source, kPiece);
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) break;
    if (auto good = file->append(vault::bytes_of(*piece)); !good) return tl::unexpected(good.error());
    hash.add(*piece);
    written.size += piece->size();
  }
  if (auto good = file->finish(); !good) return tl::unexpected(good.error());
  written.sha256 = hash.finish();
  return written;
}

base::Status DiskStore::put_in_place(const fs::path& temporary, const std::string& key) {
  const fs::path relative(key);
  auto folder = open_folder(options_.folder, relative.parent_path(), true);
  if (!folder) return tl::unexpected(folder.error());
  if (::renameat(AT_FDCWD, temporary.c_str(), folder->get(), relative.filename().c_str()) != 0)
    return tl::unexpected(system_error("cannot put a blob in its place"));
  return folder->sync();
}

base::Result<std::string> DiskStore::get(const std::string& key, std::uint64_t offset, std::size_t length) {
  const auto opened = open_blob(options_, key);
  if (!opened) return tl::unexpected(opened.error());
  if (offset > opened->size())
    return base::fail(base::ErrorCode::out_of_range, "disk", "the range begins after the blob's end");
  const auto left = std::min<std::uint64_t>(opened->size() - offset, blobs::kLongestRead);
  return opened->read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(left, length)));
}

base::Result<blobs::Info> DiskStore::head(const std::string& key) {
  const auto opened = open_blob(options_, key);
  if (!opened) return tl::unexpected(opened.error());
  return blobs::Info{opened->size(), opened->facts.modified};
}

base::Status DiskStore::remove(const std::string& key) {
  if (auto good = blobs::check_key(key); !good) return good;
  const fs::path relative(key);
  const auto folder = open_folder(options_.folder, relative.parent_path(), false);
  if (!folder && folder.error().code == base::ErrorCode::not_found) return {};
  if (!folder) return tl::unexpected(folder.error());
  if (::unlinkat(folder->get(), relative.filename().c_str(), 0) != 0 && errno != ENOENT && errno != EISDIR)
    return tl::unexpected(system_error("cannot remove a blob"));
  return folder->sync();
}

base::Result<blobs::Page> DiskStore::list(const std::string& prefix, const std::string& after, int limit) {
  std::vector<std::string> keys;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(options_.folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const auto key = at->path().lexically_relative(options_.folder).string();
    if (at->is_symlink(error) || !at->is_regular_file(error)) {
      const bool apart = !key.starts_with(prefix) && !prefix.starts_with(key + "/");
      if (key == kIncoming || (apart && at->is_directory(error))) at.disable_recursion_pending();
      continue;
    }
    if (key.starts_with(prefix) && key > after && blobs::valid_key(key)) keys.push_back(key);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return base::fail(base::ErrorCode::unavailable, "disk", "cannot list the blobs: " + error.message());
  blobs::Page page;
  const auto count = std::min(keys.size(), static_cast<std::size_t>(std::clamp(limit, 1, blobs::kLongestPage)));
  std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(count), keys.end());
  page.more = keys.size() > count;
  for (std::size_t i = 0; i < count; ++i) {
    const auto info = head(keys[i]);
    if (info) page.blobs.push_back({keys[i], info->size});
    if (!info && info.error().code != base::ErrorCode::not_found) return tl::unexpected(info.error());
  }
  return page;
}

base::Result<std::unique_ptr<blobs::Source>> DiskStore::source(const std::string& key) {
  auto opened = open_blob(options_, key);
  if (!opened) return tl::unexpected(opened.error());
  return std::make_unique<DiskSource>(std::move(*opened));
}

}  // namespace frontdesk::disk
