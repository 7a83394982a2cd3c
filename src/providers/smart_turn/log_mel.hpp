// Whisper's input features over the last 8 s (https://arxiv.org/abs/2212.04356, section 2.2; the details are those of
// the feature extractor that smart-turn was trained with): sound of zero mean and unit variance, a Hann window of
// 25 ms every 10 ms, 80 Slaney mel bands up to 8 kHz, log10 of the power, no more than 8 below the highest, (x + 4)
// / 4.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "providers/smart_turn/fourier.hpp"

namespace frontdesk::smart_turn {

inline constexpr int kModelRate = 16000;
inline constexpr std::size_t kBands = 80;
inline constexpr std::size_t kModelFrames = 800;
inline constexpr std::size_t kModelHop = 160;
inline constexpr std::size_t kModelSamples = kModelFrames * kModelHop;  ///< 8 s

class LogMel {
 public:
  LogMel();

  /// `sound`: 16 kHz, -1 to 1; its last 8 s are used, zeros stand before what is shorter. The result is
  /// [band][frame]. Thread-safe.
  std::vector<float> features(std::span<const float> sound) const;

 private:
  struct Band {
    std::size_t first = 0;  ///< bin
    std::vector<double> weights;
  };
  static constexpr std::size_t kWindow = 400;
  static constexpr std::size_t kBins = kWindow / 2 + 1;
  using Powers = std::array<std::array<double, kBins>, 2>;

  static std::vector<Band> make_bands();
  void powers(const double* first, const double* second, Powers& out) const;

  Fourier fourier_;
  std::vector<double> window_;
  std::vector<Band> bands_;
};

}  // namespace frontdesk::smart_turn
