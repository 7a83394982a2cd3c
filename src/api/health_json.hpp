// The receptionist's state as JSON.
#pragma once
#include <string>

#include "api/api.hpp"

namespace frontdesk::api {

/// {"status": "ok" or "degraded", "build", "uptime_ms", "calls": {...}, "sip_address", "lines": [...], "trunk": {...}
/// or null, ...}; trunk is the line that does not work, else the first; degraded: there is one that does not work.
std::string health_json(const Health& health);

}  // namespace frontdesk::api
