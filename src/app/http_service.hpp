// The web page and the API of the running receptionist: the call log and the HTTP server over it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "api/api.hpp"
#include "http/server.hpp"
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
    std::vector<std::string> allowed_origins = {};  ///< sites whose pages may use the API with tokens
    double requests_per_second = api::kUsualRate;   ///< of one user, token or address
  };
  static base::Result<std::unique_ptr<HttpService>> start(const base::Endpoint& listen, const std::string& data_folder,
                                                          Receptionist receptionist);
  base::Endpoint address() const { return server_->bound(); }
  void stop() { server_->stop(); }

 private:
  std::unique_ptr<store::CallLog> calls_;
  std::unique_ptr<http::Server> server_;  // after what its routes use
};

}  // namespace frontdesk::app
