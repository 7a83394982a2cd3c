// Collects the two directions of a call, tick by tick, into blocks of interleaved stereo (caller
// left, receptionist right) for the thread that writes files.
#pragma once
#include <optional>

#include "audio/pcm.hpp"
#include "base/time.hpp"

namespace frontdesk::media {

class StereoRecorder {
 public:
  /// `block` and `hold_back` are rounded to whole ticks. The latest `hold_back` of sound stays here, to be silenced
  /// if it turns out that a redaction ought to have begun a moment ago (a key's tone is known only after it began).
  explicit StereoRecorder(base::Duration block = base::milliseconds(500),
                          base::Duration hold_back = base::milliseconds(300));

  /// The tick's two frames, equally long. A full block comes back once per `block`; while redacted,
  /// silence is recorded in place of both (a card number is being said or keyed).
  std::optional<audio::Pcm> add(audio::PcmView caller, audio::PcmView receptionist);
  void set_redacted(bool redacted);
  /// What is left, at the end of the call; may be empty.
  audio::Pcm take_rest();

 private:
  std::size_t block_samples_;
  std::size_t held_samples_;
  audio::Pcm block_;
  bool redacted_ = false;
};

}  // namespace frontdesk::media
