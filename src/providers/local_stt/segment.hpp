// Decisions about a stretch of audio before it is transcribed.
#pragma once
#include "audio/pcm.hpp"

namespace frontdesk::local_stt {

/// False if nobody can have said a word here: too short, or nowhere louder than a whisper of line
/// noise. The model invents text for such audio.
bool worth_transcribing(audio::PcmView pcm, int rate);

/// Where to cut audio that is too long for one pass: the middle of the quietest 150 ms within
/// [earliest, latest) samples; the latest of equals. earliest < latest <= pcm.size().
std::size_t quietest_cut(audio::PcmView pcm, int rate, std::size_t earliest, std::size_t latest);

}  // namespace frontdesk::local_stt
