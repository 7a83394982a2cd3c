// The power spectrum of a stretch of sound: Hann window, radix-2 transform. Tables are made once.
#pragma once
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "audio/pcm.hpp"

namespace frontdesk::line_sounds {

class PowerSpectrum {
 public:
  /// `size` samples, a power of two.
  explicit PowerSpectrum(std::size_t size);

  /// Power in bins 0 to size / 2 - 1, valid until the next call. `pcm` holds `size` samples.
  std::span<const float> of(audio::PcmView pcm);

  float hertz_per_bin() const { return static_cast<float>(audio::kTelephoneRate) / static_cast<float>(work_.size()); }
  /// Where the peak around a local maximum lies, between the bins, in Hz.
  float frequency_of_peak(std::size_t bin) const;

 private:
  void transform();

  std::vector<float> window_;
  std::vector<std::complex<float>> twiddles_;
  std::vector<std::size_t> order_;
  std::vector<std::complex<float>> work_;
  std::vector<float> power_;
};

}  // namespace frontdesk::line_sounds
