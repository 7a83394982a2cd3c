// The music that callers on hold hear, made once when the program starts.
#pragma once
#include <string>

#include "base/error.hpp"
#include "media/hold_music/hold_music.hpp"

namespace frontdesk::app {

/// `file`: `[voice] hold_music`; empty: the built-in piece. The message names the file and says what to do.
base::Result<hold_music::MusicLoop> hold_music_from(const std::string& file);

}  // namespace frontdesk::app
