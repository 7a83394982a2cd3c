// Trying out, without a call: what a model answers, how a voice sounds. Both wait for the engines that calls use, with
// a deadline; called on threads that may block.
#pragma once
#include <string>

#include "api/receptionist_routes.hpp"
#include "llm/chat.hpp"
#include "speech/tts.hpp"

namespace frontdesk::app {

/// The caller's words one after the other; the reply to the last. `config` is the one the model was made from.
base::Result<api::TrialReply> try_conversation(llm::ChatModel& model, const config::Config& config,
                                               const std::vector<std::string>& said, base::UtcTime now);

inline constexpr int kPreviewRate = 16'000;

/// At kPreviewRate, sentence by sentence, after whatever calls want spoken.
base::Result<audio::Pcm> try_voice(speech::TextToSpeech& tts, const speech::VoiceId& voice, const std::string& text);

}  // namespace frontdesk::app
