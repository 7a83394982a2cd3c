// The web page and the API of the running receptionist: the call log and the HTTP server over it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "api/api.hpp"
#include "app/back_office.hpp"
#include "http/server.hpp"
#include "live/routes.hpp"
#include "metrics/call_tally.hpp"
#include "store/call_log.hpp"

namespace frontdesk::app {

class HttpService {
 public:
  /// What the routes need besides the call log; called on the server's threads.
  struct Receptionist {
    std::function<api::Health()> health;
    std::shared_ptr<const vault::KeyRing> keys;
    std::function<bool(const std::string& call, bool paused)> pause_recording;
    api::LineSources lines = {};
    live::LiveService live = {};
    std::function<business_hours::TimeZone()> zone = {};
    double requests_per_second = api::kUsualRate;  ///< of one user, token or address
    BackOffice* back_office = nullptr;             ///< none: nobody signs in
    std::function<base::Status()> settings_changed = {};
    std::function<screening::Rules()> screening = {};
    std::function<void()> work_waiting = {};  ///< deliveries or jobs
    api::ReceptionistDesk receptionist = {};
    api::CallControl control = {};
    std::function<store::RetentionPolicy()> retention = {};
    std::shared_ptr<const metrics::CallTally> tally = nullptr;  ///< none: no /metrics
    config::MetricsFor metrics_for = config::MetricsFor::token;
    api::RecordingPlace recordings = {};
    std::shared_ptr<voices::Voices> voices = nullptr;
  };
  static base::Result<std::unique_ptr<HttpService>> start(http::ServerOptions options, const store::Location& database,
                                                          Receptionist receptionist);
  base::Endpoint address() const { return server_->bound(); }
  base::Endpoint tls_address() const { return server_->bound_tls(); }  ///< port 0: none
  base::Status reload_certificate() { return server_->reload_certificate(); }
  void stop() { server_->stop(); }

 private:
  std::unique_ptr<store::CallLog> calls_;
  std::shared_ptr<store::Pool> readers_;
  std::unique_ptr<http::Server> server_;  // after what its routes use
};

}  // namespace frontdesk::app
