// The REST API and the console page, as routes of the HTTP server.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "accounts/accounts.hpp"
#include "api/analytics_routes.hpp"
#include "api/call_control_routes.hpp"
#include "api/call_routes.hpp"
#include "api/health_routes.hpp"
#include "api/inbound_routes.hpp"
#include "api/line_routes.hpp"
#include "api/live_routes.hpp"
#include "api/master_key_routes.hpp"
#include "api/receptionist_routes.hpp"
#include "api/retention_routes.hpp"
#include "http/router.hpp"
#include "rest/api.hpp"
#include "rest/authenticator.hpp"
#include "voices/voices.hpp"

namespace frontdesk::api {

inline constexpr double kUsualRate = 100;

struct Sources {
  const store::CallLog& calls;                           ///< must outlive the routes
  std::function<Health()> health;                        ///< called on answering threads, several at once
  std::shared_ptr<const vault::KeyRing> keys = nullptr;  ///< of sealed recordings
  /// Pauses the recording of a call, or lets it go on; false: the call is over. Empty: not possible here.
  std::function<bool(const std::string& call, bool paused)> pause_recording = {};
  LineSources lines = {};
  CallControl control = {};
  std::function<store::RetentionPolicy()> retention = {};        ///< what the file says; empty: cannot be changed here
  AnalyticsSources analytics = {};                               ///< its calls_now is taken from health
  std::shared_ptr<rest::Authenticator> authenticator = nullptr;  ///< null: who works at this machine is the owner
  /// Both null: nobody signs in here, and nothing can be changed that is saved.
  accounts::Office* office = nullptr;
  accounts::Accounts* accounts = nullptr;
  /// Composes what the file says with what is saved and takes it in force, while calls go on; blocks for up to seconds.
  std::function<base::Status()> settings_changed = {};
  ReceptionistDesk receptionist = {};                ///< none: her settings cannot be changed here
  std::function<screening::Rules()> screening = {};  ///< in force now
  std::function<void()> deliveries_waiting = {};     ///< to webhooks; may be empty
  std::function<void()> jobs_waiting = {};
  LiveSources live = {};
  MasterKeySources master_keys = {};  ///< none: not told of
  RecordingPlace recordings = {};
  std::shared_ptr<voices::Voices> voices = nullptr;  ///< none: nobody makes voices here
  std::string version = "0";
  double requests_per_second = kUsualRate;  ///< of one user, token or address; ten times as many at once
};

/// All endpoints. Further modules add theirs to it before it is mounted.
rest::Api make_api(const Sources& sources);

/// The API, its document at /api/openapi.json, the page about it at /api/docs, and the console page at /.
http::Router routes(const Sources& sources);

}  // namespace frontdesk::api
