// Finds the stretches of sound in one direction of a call by level, in blocks of 5 ms. The threshold
// follows the noise floor and the talker's own level, so that line noise and breaths are not speech;
// pauses shorter than the hangover do not split a stretch; its end is the end of the last audible
// block, not the moment at which it was noticed.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "audio/pcm.hpp"
#include "base/time.hpp"

namespace frontdesk::meter {

struct ActivityOptions {
  int rate = audio::kTelephoneRate;
  double quietest_sound_dbfs = -50;  ///< below this nothing is audible
  double above_noise_db = 9;         ///< to begin; 3 dB less to go on
  double below_speech_db = 28;       ///< sound this far under the talker's level is breath or line
  base::Duration hangover = base::milliseconds(250);
  base::Duration shortest_sound = base::milliseconds(20);  ///< less is a click
};

/// From the first to the end of the last audible block, on the clock of the samples.
struct Stretch {
  base::Duration start{0};
  base::Duration end{0};
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

class SpeechActivityMeter {
 public:
  explicit SpeechActivityMeter(const ActivityOptions& options = {});

  /// The next samples, any number.
  void push(audio::PcmView pcm);
  /// The end of the recording: closes an open stretch.
  void finish();

  /// Start of the stretch that is open (sounding, or silent for less than the hangover).
  std::optional<base::Duration> open_since() const;
  /// End of the latest audible block.
  base::Duration last_sound() const { return at(last_sound_block_); }
  /// Up to here starts and ends are decided: nothing earlier will be reported any more.
  base::Duration settled() const;
  base::Duration position() const { return at(blocks_); }
  /// Closed stretches since the last call, in order.
  std::vector<Stretch> take();
  double noise_floor_dbfs() const { return floor_; }

 private:
  static constexpr base::Duration kBlock = base::milliseconds(5);
  static base::Duration at(std::int64_t blocks) { return kBlock * blocks; }
  void on_block(audio::PcmView block);
  void on_sound_block(double level, double to_begin);
  void on_silent_block();
  void learn_floor(double level);
  double threshold_to_begin() const;
  void close();

  ActivityOptions options_;
  std::size_t block_samples_;
  audio::Pcm partial_;
  std::int64_t blocks_ = 0;            ///< complete blocks so far
  std::int64_t last_sound_block_ = 0;  ///< one past the latest audible block of a confirmed run
  std::optional<std::int64_t> open_;   ///< first block of the open stretch

  /// Audible blocks in a row, with gaps of a block or two; a run that stays short and weak is no sound.
  struct Run {
    std::int64_t first = 0;
    std::int64_t end = 0;
    bool loud = false;
  };
  std::optional<Run> run_;

  double floor_;
  double speech_level_;
  std::vector<double> recent_;  ///< ring of block levels, for the floor
  std::size_t recent_next_ = 0;
  std::vector<Stretch> closed_;
};

/// All stretches of a recording.
std::vector<Stretch> find_stretches(audio::PcmView pcm, const ActivityOptions& options = {});

}  // namespace frontdesk::meter
