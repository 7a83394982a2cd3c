// Faults of played speech that listeners notice: holes of digital silence, a frame played twice,
// clipping. For clean synthetic or played-back speech; a steady tone whose period divides 20 ms
// counts as repeated.
#pragma once
#include <cstddef>
#include <vector>

#include "audio/pcm.hpp"
#include "base/time.hpp"

namespace frontdesk::meter {

/// A run of near-zero samples, 5 to 150 ms, cut into sound with hard edges on both sides.
struct Dropout {
  base::Duration at{0};
  base::Duration length{0};
};

struct AudioDefects {
  std::vector<Dropout> dropouts;
  std::size_t repeated_frames = 0;  ///< stretches of 20 ms equal, sample for sample, to the 20 ms before
  std::size_t clipped_runs = 0;     ///< three or more samples in a row at full scale
};

AudioDefects find_defects(audio::PcmView pcm, int rate = audio::kTelephoneRate);

}  // namespace frontdesk::meter
