// Packet-loss concealment: missing sound is continued by repeating the last pitch period with a fade
// to silence over 50 ms (the method of ITU-T G.711 Appendix I in outline), by spandsp.
#pragma once
#include <memory>
#include <span>

#include "audio/pcm.hpp"

namespace frontdesk::media {

class Concealer {
 public:
  Concealer();
  ~Concealer();
  Concealer(Concealer&&) noexcept;
  Concealer& operator=(Concealer&&) noexcept;

  /// Received sound: remembered, and after a gap blended in place with what was invented.
  void received(std::span<audio::Sample> pcm);
  /// Invents what is missing.
  void conceal(std::span<audio::Sample> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::media
