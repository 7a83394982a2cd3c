// The receptionist's state as JSON.
#pragma once
#include <string>

#include "api/api.hpp"

namespace frontdesk::api {

/// {"status": "ok" or "degraded", "build", "uptime_ms", "calls": {...}, "sip_address", "trunk": {...} or null, ...};
/// degraded: a trunk is configured and not registered.
std::string health_json(const Health& health);

}  // namespace frontdesk::api
