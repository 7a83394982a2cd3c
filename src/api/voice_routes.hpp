// The voices there are, and how they sound. /api/voice/...
#pragma once
#include "api/receptionist_routes.hpp"

namespace frontdesk::api {

void add_voice_routes(rest::Api& api, ReceptionistDesk desk);

}  // namespace frontdesk::api
