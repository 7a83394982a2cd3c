// Voices that are made of recordings, as this program does it: recordings in the data folder, files read by this
// program as a limited process, sentences recognised by the engine that listens to callers.
#pragma once
#include <functional>
#include <memory>

#include "accounts/office.hpp"
#include "config/config.hpp"
#include "speech/stt.hpp"
#include "voices/voices.hpp"

namespace frontdesk::app {

/// `office` and `stt` outlive it.
std::shared_ptr<voices::Voices> own_voices(const config::Config& config, accounts::Office& office,
                                           speech::SpeechToText& stt, std::function<base::Status()> settings_changed,
                                           std::function<void()> jobs_waiting);

}  // namespace frontdesk::app
