#include "media/line_sounds/power_spectrum.hpp"

#include <cmath>
#include <numbers>

namespace frontdesk::line_sounds {

PowerSpectrum::PowerSpectrum(std::size_t size)
    : window_(size), twiddles_(size / 2), order_(size), work_(size), power_(size / 2) {
  const auto whole_turn = 2 * std::numbers::pi_v<float> / static_cast<float>(size);
  for (std::size_t i = 0; i < size; ++i) window_[i] = 0.5F - 0.5F * std::cos(whole_turn * static_cast<float>(i));
  for (std::size_t i = 0; i < size / 2; ++i) twiddles_[i] = std::polar(1.0F, -whole_turn * static_cast<float>(i));
  for (std::size_t i = 1; i < size; ++i) order_[i] = order_[i / 2] / 2 + (i % 2 == 1 ? size / 2 : 0);
}

std::span<const float> PowerSpectrum::of(audio::PcmView pcm) {
  for (std::size_t i = 0; i < pcm.size(); ++i) work_[order_[i]] = static_cast<float>(pcm[i]) * window_[i];
  transform();
  for (std::size_t i = 0; i < power_.size(); ++i) power_[i] = std::norm(work_[i]);
  return power_;
}

void PowerSpectrum::transform() {
  const auto size = work_.size();
  for (std::size_t half = 1; half < size; half *= 2) {
    const auto stride = size / (2 * half);
    for (std::size_t block = 0; block < size; block += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const auto w = twiddles_[k * stride];
        auto& low = work_[block + k];
        auto& high = work_[block + k + half];
        // By hand: the operator looks for infinities, which takes most of the time.
        const std::complex<float> turned{high.real() * w.real() - high.imag() * w.imag(),
                                         high.real() * w.imag() + high.imag() * w.real()};
        high = low - turned;
        low += turned;
      }
    }
  }
}

float PowerSpectrum::frequency_of_peak(std::size_t bin) const {
  // A parabola through the logarithms of three bins.
  const auto level = [this](std::size_t i) { return std::log(power_[i] + 1.0F); };
  const float left = level(bin - 1);
  const float centre = level(bin);
  const float right = level(bin + 1);
  const float bend = left - 2 * centre + right;
  const float offset = bend < 0 ? 0.5F * (left - right) / bend : 0.0F;
  return (static_cast<float>(bin) + offset) * hertz_per_bin();
}

}  // namespace frontdesk::line_sounds
