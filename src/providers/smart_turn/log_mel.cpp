#include "providers/smart_turn/log_mel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace frontdesk::smart_turn {
namespace {

constexpr std::size_t kMirrored = 200;  // half a window
constexpr double kLeastVariance = 1e-7;
constexpr double kLeastPower = 1e-10;
constexpr float kDynamicRange = 8;

// The mel scale of Slaney's Auditory Toolbox: linear up to 1 kHz, logarithmic above.
constexpr double kHzPerMel = 200.0 / 3;
constexpr double kLinearUpToHz = 1000;
constexpr double kLinearUpToMel = kLinearUpToHz / kHzPerMel;

double log_step() {
  return std::log(6.4) / 27;
}

double mel_of(double hz) {
  return hz < kLinearUpToHz ? hz / kHzPerMel : kLinearUpToMel + std::log(hz / kLinearUpToHz) / log_step();
}

double hz_of(double mel) {
  return mel < kLinearUpToMel ? mel * kHzPerMel : kLinearUpToHz * std::exp(log_step() * (mel - kLinearUpToMel));
}

/// The last 8 s with zero mean and unit variance, and 12.5 ms mirrored at both ends.
std::vector<double> prepared(std::span<const float> sound) {
  sound = sound.last(std::min(sound.size(), kModelSamples));
  std::vector<double> whole(kModelSamples);
  std::copy(sound.begin(), sound.end(), whole.end() - std::ssize(sound));
  double mean = 0;
  for (const auto value : whole) mean += value / static_cast<double>(kModelSamples);
  double variance = 0;
  for (const auto value : whole) variance += (value - mean) * (value - mean) / static_cast<double>(kModelSamples);
  const double scale = 1 / std::sqrt(variance + kLeastVariance);
  for (auto& value : whole) value = (value - mean) * scale;

  std::vector<double> padded(kMirrored + kModelSamples + kMirrored);
  std::copy(whole.begin(), whole.end(), padded.begin() + kMirrored);
  for (std::size_t i = 1; i <= kMirrored; ++i) {
    padded[kMirrored - i] = whole[i];
    padded[kMirrored + kModelSamples - 1 + i] = whole[kModelSamples - 1 - i];
  }
  return padded;
}

}  // namespace

LogMel::LogMel() : fourier_(kWindow), window_(kWindow), bands_(make_bands()) {
  for (std::size_t i = 0; i < kWindow; ++i)
    window_[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kWindow);
}

std::vector<LogMel::Band> LogMel::make_bands() {
  std::array<double, kBands + 2> edges{};
  const double highest = mel_of(kModelRate / 2.0);
  for (std::size_t i = 0; i < edges.size(); ++i)
    edges[i] = hz_of(highest * static_cast<double>(i) / static_cast<double>(kBands + 1));
  std::vector<Band> bands(kBands);
  for (std::size_t band = 0; band < kBands; ++band) {
    const double area = 2 / (edges[band + 2] - edges[band]);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double hz = static_cast<double>(bin) * kModelRate / kWindow;
      const double up = (hz - edges[band]) / (edges[band + 1] - edges[band]);
      const double down = (edges[band + 2] - hz) / (edges[band + 2] - edges[band + 1]);
      const double weight = area * std::min(up, down);
      if (weight <= 0) continue;
      if (bands[band].weights.empty()) bands[band].first = bin;
      bands[band].weights.push_back(weight);
    }
  }
  return bands;
}

/// The powers of two frames by one transform: one is its real part, the other its imaginary part.
void LogMel::powers(const double* first, const double* second, Powers& out) const {
  std::array<std::complex<double>, kWindow> frame;
  std::array<std::complex<double>, kWindow> spectrum;
  for (std::size_t i = 0; i < kWindow; ++i) frame[i] = {first[i] * window_[i], second[i] * window_[i]};
  fourier_.transform(frame, spectrum);
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const auto here = spectrum[bin];
    const auto there = spectrum[(kWindow - bin) % kWindow];
    const auto squares = [](double a, double b) { return (a * a + b * b) / 4; };
    out[0][bin] = squares(here.real() + there.real(), here.imag() - there.imag());
    out[1][bin] = squares(here.imag() + there.imag(), here.real() - there.real());
  }
}

std::vector<float> LogMel::features(std::span<const float> sound) const {
  const auto samples = prepared(sound);
  std::vector<float> out(kBands * kModelFrames);
  Powers power{};
  static_assert(kModelFrames % 2 == 0);
  for (std::size_t t = 0; t < kModelFrames; t += 2) {
    const double* frame = samples.data() + t * kModelHop;
    powers(frame, frame + kModelHop, power);
    for (std::size_t i = 0; i < kBands * 2; ++i) {
      const auto& band = bands_[i / 2];
      double sum = 0;
      for (std::size_t k = 0; k < band.weights.size(); ++k) sum += band.weights[k] * power[i % 2][band.first + k];
      out[i / 2 * kModelFrames + t + i % 2] = static_cast<float>(std::log10(std::max(sum, kLeastPower)));
    }
  }
  const float lowest = *std::max_element(out.begin(), out.end()) - kDynamicRange;
  for (auto& value : out) value = (std::max(value, lowest) + 4) / 4;
  return out;
}

}  // namespace frontdesk::smart_turn
