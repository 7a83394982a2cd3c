// The master keys that this process uses, and their file followed while it runs: what is added to it is taken on, a
// file with a mistake changes nothing, and a key that something still needs is kept although its line is gone.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "vault/key_ring.hpp"
#include "vault/rotation/master_keys.hpp"
#include "vault/rotation/sealed_folders.hpp"

namespace frontdesk::app {

class MasterKeys {
 public:
  /// As vault::open_key_ring().
  static base::Result<std::shared_ptr<MasterKeys>> open(const std::filesystem::path& data_folder,
                                                        const std::string& environment);

  /// Shared by all that seal and open; it takes on other keys under their hands.
  std::shared_ptr<const vault::KeyRing> ring() const { return ring_; }
  /// False: they come from the environment, and only a new start can change them.
  bool by_file() const { return !file_.empty(); }
  const std::filesystem::path& file() const { return file_; }

  struct News {
    std::vector<std::string> added, removed;  ///< ids
    bool newest_changed = false;
    bool any() const { return newest_changed || !added.empty() || !removed.empty(); }
  };
  /// How many things need each key, now.
  using InUse = std::function<base::Result<rotation::Counts>()>;
  /// Reads the file again if it is another than before, or if keys are kept that may not be needed any more. On one
  /// thread at a time. Cheap when nothing changed.
  News look(const InUse& in_use);
  /// What is wrong with the file; empty: nothing.
  std::string problem() const;

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t size = 0, modified_ns = 0, changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  MasterKeys(vault::KeyRing ring, std::filesystem::path file)
      : ring_(std::make_shared<vault::KeyRing>(std::move(ring))), file_(std::move(file)) {}
  static std::optional<Stamp> stamp_of(const std::filesystem::path& file);
  News take(vault::KeyRing fresh, const InUse& in_use);
  void complain(const std::string& problem);

  const std::shared_ptr<vault::KeyRing> ring_;
  const std::filesystem::path file_;
  std::optional<Stamp> seen_;
  base::Instant counted_at_{};     ///< what needs the kept ones
  std::vector<std::string> kept_;  ///< ids that are in the ring and not in the file
  mutable std::mutex mutex_;
  std::string problem_;
};

/// FRONTDESK_MASTER_KEY, or nothing.
std::string master_keys_of_environment();

/// Where sealed files are in a data folder.
std::vector<rotation::SealedFolder> sealed_folders(const std::filesystem::path& data_folder);

}  // namespace frontdesk::app
