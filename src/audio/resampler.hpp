// Sample-rate conversion by the Speex resampler, quality 3 (about 3 ms of delay): the one choice
// for live audio. Whole files go through resample(), which also removes the filter's delay.
#pragma once
#include <memory>

#include "audio/pcm.hpp"

namespace frontdesk::audio {

class Resampler {
 public:
  /// Rates in samples a second, both within 1 kHz to 192 kHz.
  Resampler(int from_rate, int to_rate);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  /// Converts the next stretch of a stream and appends the result to `out`.
  void process(PcmView in, Pcm& out);
  /// Forgets the stream: the next process() starts a new one.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A whole recording, delay removed; the result has round(size * to / from) samples.
Pcm resample(PcmView in, int from_rate, int to_rate);

}  // namespace frontdesk::audio
