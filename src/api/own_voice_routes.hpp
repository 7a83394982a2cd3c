// Voices that an organisation makes of recordings: uploaded, consented to, trained, taken back. /api/voice/...
#pragma once
#include <memory>

#include "api/own_voice_views.hpp"
#include "rest/api.hpp"
#include "voices/voices.hpp"

namespace frontdesk::api {

void add_own_voice_routes(rest::Api& api, std::shared_ptr<voices::Voices> voices);

OwnVoiceView view_of(const voices::Voice& voice);
/// 422 for a file, 409 for what has to be done first, both in words.
rest::Problem voice_problem(const base::Error& error);

}  // namespace frontdesk::api
