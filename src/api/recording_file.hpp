// A call recording as content the HTTP server can send, whole or in ranges; unsealed on the way.
#pragma once
#include <filesystem>
#include <memory>

#include "http/file.hpp"
#include "media/recording/call_recording.hpp"

namespace frontdesk::api {

http::FileHandle recording_file(std::shared_ptr<const recording::RecordingReader> recording,
                                const std::filesystem::path& path);

}  // namespace frontdesk::api
