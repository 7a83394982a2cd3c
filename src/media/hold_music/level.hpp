// Private: from sound of any scale to samples at the level of hold music.
#pragma once
#include <span>

#include "audio/pcm.hpp"

namespace frontdesk::hold_music {

/// A loop: the loudest stretch may lie across its end. Not silent throughout.
audio::Pcm at_level(std::span<const double> loop);

}  // namespace frontdesk::hold_music
