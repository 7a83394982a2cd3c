// Where finished recordings are kept by the running program: the bucket that [storage] names, by way of the data
// folder.
#pragma once
#include <memory>

#include "api/recording_file.hpp"
#include "blobs/s3/s3_store.hpp"
#include "config/config.hpp"
#include "media/recording/call_recording.hpp"
#include "outbound/client.hpp"
#include "records/archive/recording_archive.hpp"

namespace frontdesk::app {

class RecordingStore {
 public:
  /// After the data folder is locked and its database up to date. Null if there is no bucket.
  static base::Result<std::unique_ptr<RecordingStore>> open(const config::Config& config,
                                                            std::shared_ptr<const vault::KeyRing> keys);

  base::Result<std::filesystem::path> find(const std::string& recording) { return archive_->find(recording); }
  base::Status forget(const std::string& recording) { return archive_->forget(recording); }
  std::string problem() const { return archive_->problem(); }

 private:
  std::unique_ptr<outbound::Client> client_;
  std::unique_ptr<s3::S3Store> bucket_;
  std::unique_ptr<archive::RecordingArchive> archive_;
};

/// `store` may be null, and must outlive what is returned.
api::RecordingPlace recording_place(const std::filesystem::path& data_folder, RecordingStore* store);

/// For commands beside the running program: from the data folder, or else from the bucket of the configuration.
base::Result<std::shared_ptr<const recording::RecordingReader>> open_recording_of(
    const std::filesystem::path& data_folder, const std::string& recording, const std::string& config_file,
    const vault::KeyRing* keys);

}  // namespace frontdesk::app
