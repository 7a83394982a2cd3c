// What a caller hears on hold: one loop of 8 kHz sound shared by all calls, and each call's place in it. The loop is
// the built-in piece or the owner's recording, at a level that neither startles nor keeps anybody from thinking.
#pragma once
#include <memory>
#include <span>

#include "audio/pcm.hpp"
#include "base/error.hpp"

namespace frontdesk::hold_music {

/// Root mean square of the loudest 3 s. Speech on a telephone line is at -20 to -26 dBFS.
inline constexpr double kLevelDbfs = -24;
inline constexpr double kHighestPeakDbfs = -9;
inline constexpr int kShortestMs = 2'000;
inline constexpr int kLongestMs = 600'000;

/// Its end runs into its beginning without a seam. Never empty, never changed.
using MusicLoop = std::shared_ptr<const audio::Pcm>;

/// The built-in piece: 64 s of slow broken chords over a soft pad, composed for Frontdesk. Takes about 0.1 s.
MusicLoop composed_loop();

/// A recording of any rate; channels interleaved, one or two.
struct Recording {
  audio::PcmView samples;
  int rate = audio::kTelephoneRate;
  int channels = 1;
};

/// The recording at 8 kHz and at the level, its end faded into its beginning.
/// invalid_argument: it is silent, too short or too long.
base::Result<MusicLoop> loop_of(const Recording& recording);

/// One call's place in a loop. Neither next() nor fade_out() allocates.
class HoldMusic {
 public:
  explicit HoldMusic(MusicLoop loop) : loop_(std::move(loop)) {}

  /// Fills any number of samples, usually a frame. The first ones after construction or fade_out() fade in.
  void next(std::span<audio::Sample> out);
  /// As next(), fading to silence: the last samples before the caller is spoken to again. A later next() goes on there.
  void fade_out(std::span<audio::Sample> out);

 private:
  void copy(std::span<audio::Sample> out);

  MusicLoop loop_;
  std::size_t position_ = 0;
  std::size_t faded_in_ = 0;  ///< samples since the fade began
};

}  // namespace frontdesk::hold_music
