#include "providers/smart_turn/fourier.hpp"

#include <array>
#include <numbers>

#include "base/assert.hpp"

namespace frontdesk::smart_turn {
namespace {

constexpr std::size_t kLargestFactor = 7;

std::size_t smallest_factor(std::size_t size) {
  for (std::size_t factor = 2; factor < size; ++factor)
    if (size % factor == 0) return factor;
  return size;
}

}  // namespace

Fourier::Fourier(std::size_t size) : turns_(size) {
  for (std::size_t k = 0; k < size; ++k)
    turns_[k] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size));
}

void Fourier::transform(std::span<const std::complex<double>> in, std::span<std::complex<double>> out) const {
  FRONTDESK_ASSERT(in.size() == turns_.size() && out.size() == turns_.size());
  part(in.data(), 1, out.data(), turns_.size());
}

/// Cooley and Tukey: `size` values at distance `stride`, as `factor` interleaved transforms.
void Fourier::part(const std::complex<double>* in, std::size_t stride, std::complex<double>* out,
                   std::size_t size) const {
  if (size == 1) {
    *out = *in;
    return;
  }
  const auto factor = smallest_factor(size);
  FRONTDESK_ASSERT(factor <= kLargestFactor);
  const auto rest = size / factor;
  for (std::size_t p = 0; p < factor; ++p) part(in + p * stride, stride * factor, out + p * rest, rest);
  std::array<std::complex<double>, kLargestFactor> terms;
  for (std::size_t k = 0; k < rest; ++k) {
    for (std::size_t p = 0; p < factor; ++p) terms[p] = out[p * rest + k];
    for (std::size_t q = 0; q < factor; ++q) {
      // By hand: the library's product minds infinities, at five times the cost.
      double real = terms[0].real();
      double imaginary = terms[0].imag();
      const auto turn = (k + q * rest) * stride;
      std::size_t at = 0;
      for (std::size_t p = 1; p < factor; ++p) {
        at += turn;
        if (at >= turns_.size()) at -= turns_.size();
        real += terms[p].real() * turns_[at].real() - terms[p].imag() * turns_[at].imag();
        imaginary += terms[p].real() * turns_[at].imag() + terms[p].imag() * turns_[at].real();
      }
      out[q * rest + k] = {real, imaginary};
    }
  }
}

}  // namespace frontdesk::smart_turn
