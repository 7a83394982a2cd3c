// The voices there are, and how they sound. /api/voice/...
#pragma once
#include "api/receptionist_routes.hpp"
#include "voices/voices.hpp"

namespace frontdesk::api {

/// `own`: null where nobody can make voices.
void add_voice_routes(rest::Api& api, ReceptionistDesk desk, std::shared_ptr<voices::Voices> own);

}  // namespace frontdesk::api
