// A call recording as content the HTTP server can send, whole or in ranges; unsealed on the way. And where its file is.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "http/file.hpp"
#include "media/recording/call_recording.hpp"

namespace frontdesk::api {

/// Recordings by the names that calls have for them. Both empty: they are in the data folder.
struct RecordingPlace {
  /// A file with all of it, which may have to be fetched. not_found; unavailable.
  std::function<base::Result<std::filesystem::path>(const std::string& recording)> find = {};
  /// Removes it everywhere.
  std::function<base::Status(const std::string& recording)> forget = {};
};

http::FileHandle recording_file(std::shared_ptr<const recording::RecordingReader> recording,
                                const std::filesystem::path& path);

}  // namespace frontdesk::api
