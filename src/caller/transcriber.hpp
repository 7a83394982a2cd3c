// Transcribes whole stretches, one after the other, through the streaming port. Blocks: not for the
// media thread.
#pragma once
#include <string>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "speech/stt.hpp"

namespace frontdesk::caller {

inline constexpr base::Duration kTranscriptionLimit = base::seconds(20);

/// The words in 8 kHz audio. deadline_exceeded, or the engine's error.
base::Result<std::string> transcribe(audio::PcmView pcm, speech::SpeechToText& engine);

}  // namespace frontdesk::caller
