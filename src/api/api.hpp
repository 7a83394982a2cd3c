// The REST API and the console page, as routes of the HTTP server.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/line_routes.hpp"
#include "base/time.hpp"
#include "http/router.hpp"
#include "store/call_log.hpp"
#include "vault/key_ring.hpp"

namespace frontdesk::api {

/// How the receptionist is at this moment; plain values, gathered by whoever runs it.
struct Health {
  std::string build;         ///< "0.1.0 (abc1234)"
  base::Duration uptime{0};  ///< since the process started
  std::int64_t calls_now = 0;
  std::int64_t calls_accepted = 0;
  std::int64_t calls_refused = 0;
  bool draining = false;          ///< no new calls are taken; those there are go on to their end
  std::string sip_address;        ///< what to dial: "sip:frontdesk@192.0.2.1:5060"
  std::vector<LineStatus> lines;  ///< all that are configured
  double tick_late_p99_ms = 0;
  std::int64_t records_waiting = 0;  ///< writes queued for the disk
  std::string records_problem;       ///< why the latest write failed; empty: it did not
};

struct Sources {
  const store::CallLog& calls;                           ///< must outlive the routes
  std::function<Health()> health;                        ///< called on answering threads, several at once
  std::shared_ptr<const vault::KeyRing> keys = nullptr;  ///< of sealed recordings
  /// Pauses the recording of a call, or lets it go on; false: the call is over. Empty: not possible here.
  std::function<bool(const std::string& call, bool paused)> pause_recording = {};
  LineSources lines = {};
};

/// GET /api/calls/logs, /api/calls/{id}, /api/calls/{id}/transcript, /api/calls/{id}/recording,
/// POST /api/calls/{id}/recording/pause and .../resume, GET /api/messages, /api/health, the routes of
/// line_routes.hpp, and the page at /.
http::Router routes(const Sources& sources);

}  // namespace frontdesk::api
