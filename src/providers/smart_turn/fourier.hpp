// The discrete Fourier transform of frames of any length without large prime factors.
#pragma once
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace frontdesk::smart_turn {

class Fourier {
 public:
  explicit Fourier(std::size_t size);

  /// `in` and `out` hold `size` values each and do not overlap.
  void transform(std::span<const std::complex<double>> in, std::span<std::complex<double>> out) const;

 private:
  void part(const std::complex<double>* in, std::size_t stride, std::complex<double>* out, std::size_t size) const;

  std::vector<std::complex<double>> turns_;  ///< exp(-2 pi i k / size)
};

}  // namespace frontdesk::smart_turn
