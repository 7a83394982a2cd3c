// Blobs as files below one folder: written beside their place, brought to the device, then renamed into it. No key and
// no symbolic link leads out of the folder. With keys, each file is sealed as src/vault does it.
#pragma once
#include <filesystem>
#include <memory>

#include "blobs/blob_store.hpp"
#include "vault/key_ring.hpp"

namespace frontdesk::disk {

struct DiskOptions {
  std::filesystem::path folder;
  std::shared_ptr<const vault::KeyRing> keys;  ///< unset: files are plain
  std::uint64_t keep_free = 0;                 ///< bytes; a put that finds less is refused with resource_exhausted
  bool as_it_is = false;                       ///< without keys: a blob may be a sealed file itself, and stays one
};

/// A blob whose key is a folder's name in another ("a" beside "a/b") cannot be kept: failed_precondition.
class DiskStore : public blobs::BlobStore {
 public:
  /// Makes the folder if need be; removes what an interrupted put left behind.
  static base::Result<std::unique_ptr<DiskStore>> open(DiskOptions options);

  base::Result<blobs::Written> put(const std::string& key, blobs::Source& source,
                                   const blobs::PutOptions& options) override;
  base::Result<std::string> get(const std::string& key, std::uint64_t offset, std::size_t length) override;
  base::Result<blobs::Info> head(const std::string& key) override;
  base::Status remove(const std::string& key) override;
  base::Result<blobs::Page> list(const std::string& prefix, const std::string& after, int limit) override;

  /// The content as it is now, whatever is put there meanwhile.
  base::Result<std::unique_ptr<blobs::Source>> source(const std::string& key);
  base::Result<std::uint64_t> free_bytes() const;

 private:
  explicit DiskStore(DiskOptions options) : options_(std::move(options)) {}
  std::filesystem::path path_of(const std::string& key) const { return options_.folder / key; }
  base::Result<blobs::Written> write_plain(const std::filesystem::path& path, blobs::Source& source);
  base::Result<blobs::Written> write_sealed(const std::filesystem::path& path, const std::string& key,
                                            blobs::Source& source);
  base::Status put_in_place(const std::filesystem::path& temporary, const std::string& key);

  DiskOptions options_;
};

}  // namespace frontdesk::disk
