#include "records/archive/places.hpp"

#include "blobs/blob_store.hpp"

namespace frontdesk::archive {
namespace fs = std::filesystem;

std::optional<fs::path> find_here(const fs::path& data_folder, const std::string& recording) {
  if (!blobs::valid_key(recording)) return std::nullopt;
  for (const auto& place : {data_folder, data_folder / kSpoolFolder / "blobs", data_folder / kCacheFolder}) {
    std::error_code error;
    if (fs::symlink_status(place / recording, error).type() == fs::file_type::regular) return place / recording;
  }
  return std::nullopt;
}

base::Result<bool> remove_here(const fs::path& data_folder, const std::string& recording) {
  if (!blobs::valid_key(recording)) return false;
  bool removed = false;
  for (const auto& place : {data_folder, data_folder / kCacheFolder}) {
    std::error_code error;
    removed = fs::remove(place / recording, error) || removed;
    if (error)
      return base::fail(base::ErrorCode::unavailable, "archive",
                        recording + " could not be deleted: " + error.message(), base::Retry::later);
  }
  return removed;
}

base::Status remove_waiting(const fs::path& data_folder, const std::string& recording) {
  if (!blobs::valid_key(recording)) return {};
  for (const auto* part : {"blobs", "notes"}) {
    std::error_code error;
    fs::remove(data_folder / kSpoolFolder / part / recording, error);
    if (error)
      return base::fail(base::ErrorCode::unavailable, "archive",
                        recording + " could not be deleted: " + error.message(), base::Retry::later);
  }
  return {};
}

}  // namespace frontdesk::archive
