// Takes steady noise (an engine, a fan, a hissing line) out of the caller's sound before it is recognised. What is
// recorded and played stays as it was.
#pragma once
#include <memory>
#include <span>

#include "audio/pcm.hpp"

namespace frontdesk::noise_suppression {

enum class Strength { mild, strong };

class NoiseSuppressor {
 public:
  explicit NoiseSuppressor(Strength strength);
  ~NoiseSuppressor();
  NoiseSuppressor(NoiseSuppressor&&) noexcept;
  NoiseSuppressor& operator=(NoiseSuppressor&&) noexcept;

  /// The next frame at 8 kHz, in place and 10 ms late. Never allocates. About 1 ms of work for a second of sound.
  void process(std::span<audio::Sample, audio::kFrameSamples> frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::noise_suppression
