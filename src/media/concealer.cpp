#include "media/concealer.hpp"

#include <spandsp.h>

#include "base/assert.hpp"

namespace frontdesk::media {

struct Concealer::State {
  plc_state_t* plc = plc_init(nullptr);
  ~State() { plc_free(plc); }
};

Concealer::Concealer() : state_(std::make_unique<State>()) { FRONTDESK_ASSERT(state_->plc != nullptr); }
Concealer::~Concealer() = default;
Concealer::Concealer(Concealer&&) noexcept = default;
Concealer& Concealer::operator=(Concealer&&) noexcept = default;

void Concealer::received(std::span<audio::Sample> pcm) {
  if (!pcm.empty()) plc_rx(state_->plc, pcm.data(), static_cast<int>(pcm.size()));
}

void Concealer::conceal(std::span<audio::Sample> out) {
  if (!out.empty()) plc_fillin(state_->plc, out.data(), static_cast<int>(out.size()));
}

}  // namespace frontdesk::media
