// The recordings that voices are made of: WAV files, sealed with keys of the organisation that has them, which lie
// wrapped in the database. Without its row of keys a file is noise, so deleting those ends all of an organisation's.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "audio/pcm.hpp"
#include "blobs/disk/disk_store.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::voices {

inline constexpr std::string_view kSamplesPurpose = "voices";

class Samples {
 public:
  /// Below `folder` each organisation has one of its own. `keep_free`: bytes that the disk keeps for calls.
  Samples(std::filesystem::path folder, std::uint64_t keep_free) : folder_(std::move(folder)), keep_free_(keep_free) {}

  /// The SHA-256 of the file, in hexadecimal. resource_exhausted: the disk is nearly full.
  base::Result<std::string> put(const std::shared_ptr<const vault::KeyRing>& keys, const std::string& organisation,
                                const std::string& key, audio::PcmView sound, int rate);
  /// At most `most` samples from its beginning.
  base::Result<audio::Pcm> get(const std::shared_ptr<const vault::KeyRing>& keys, const std::string& organisation,
                               const std::string& key, std::size_t most);
  /// Success if there is none.
  base::Status remove(const std::shared_ptr<const vault::KeyRing>& keys, const std::string& organisation,
                      const std::string& key);
  std::vector<std::string> organisations() const;
  /// Keys that no upload is writing any more, because they are old.
  base::Result<std::vector<std::string>> older_than(const std::shared_ptr<const vault::KeyRing>& keys,
                                                    const std::string& organisation, base::UtcTime time);

 private:
  base::Result<std::shared_ptr<disk::DiskStore>> store(const std::shared_ptr<const vault::KeyRing>& keys,
                                                       const std::string& organisation);

  const std::filesystem::path folder_;
  const std::uint64_t keep_free_;
  struct Opened {
    std::vector<std::string> keys;  ///< ids
    std::shared_ptr<disk::DiskStore> store;
  };
  std::mutex mutex_;
  std::map<std::string, Opened> stores_;
};

/// Of the organisation's samples; made on first use.
base::Result<std::shared_ptr<const vault::KeyRing>> sample_keys(store::Connection& connection,
                                                                const secrets::DataKeys& keys,
                                                                const std::string& organisation, base::UtcTime now);

}  // namespace frontdesk::voices
