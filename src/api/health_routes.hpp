// How the receptionist is, for people and for whatever restarts the program when it hangs.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/line_routes.hpp"
#include "base/time.hpp"
#include "rest/api.hpp"

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

/// GET /api/health, and GET /api/health/live for everyone. `health` is called on answering threads, several at once.
void add_health_routes(rest::Api& api, std::function<Health()> health);

}  // namespace frontdesk::api
