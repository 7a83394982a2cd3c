// Whether and how a call is recorded: turns the configuration into what a conversation says and does about it.
#pragma once
#include <string>

#include "config/config.hpp"
#include "conversation/recording_consent.hpp"

namespace frontdesk::app {

/// The called number's policy goes before the trunk's, and that before the general one.
conversation::RecordingSettings recording_settings(const config::Config& config, const std::string& trunk,
                                                   const std::string& called);

}  // namespace frontdesk::app
