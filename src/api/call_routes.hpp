// The call log over the API: lists, one call, its transcript, decisions and recording, and messages.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/recording_file.hpp"
#include "json/iso_time.hpp"
#include "rest/api.hpp"
#include "store/call_log.hpp"
#include "vault/key_ring.hpp"

namespace frontdesk::api {

struct CallSources {
  const store::CallLog& calls;                           ///< must outlive the routes
  std::shared_ptr<const vault::KeyRing> keys = nullptr;  ///< of sealed recordings
  /// Pauses the recording of a call, or lets it go on; false: the call is over. Empty: not possible here.
  std::function<bool(const std::string& call, bool paused)> pause_recording = {};
  RecordingPlace recordings = {};
};

/// GET /api/calls/logs, /api/calls/{id}, and below it /transcript, /decisions, /recording; POST .../recording/pause and
/// .../resume; GET /api/messages.
void add_call_routes(rest::Api& api, const CallSources& sources);

}  // namespace frontdesk::api
