// Where voices that somebody made are used: by the published receptionist, if whoever gave the voice still agrees.
#pragma once
#include <optional>
#include <string>

#include "store/settings/voice_profiles.hpp"

namespace frontdesk::voices {

/// "voice_..." of this program, not an engine's own voice.
bool is_made_here(std::string_view voice);

struct Published {
  std::string voice;  ///< that the published receptionist speaks with; empty: the file's
  std::int64_t version = 0;
};
base::Result<Published> published_voice(store::Connection& connection, const std::string& organisation);

/// The consent that covers the voice's sample as it is. not_found.
base::Result<settings::VoiceConsent> consent_of(store::Connection& connection, const settings::VoiceProfile& voice);

/// What the engines call it ("elevenlabs:..."). failed_precondition: it may not be spoken with, and why; not_found.
base::Result<std::string> spoken_as(store::Connection& connection, const std::string& organisation,
                                    const std::string& voice);

/// What somebody should be told of the voice that the published receptionist has; empty: nothing.
base::Result<std::string> published_problem(store::Connection& connection, const std::string& organisation);

}  // namespace frontdesk::voices
