#include "caller/band_limit.hpp"

#include <cmath>
#include <numbers>

namespace frontdesk::caller {
namespace {

enum class Pass { high, low };

/// Second-order section by the bilinear transform; formulas of the Audio EQ Cookbook
/// (https://www.w3.org/TR/audio-eq-cookbook/), transposed direct form II.
class Section {
 public:
  Section(Pass pass, double frequency, double quality) {
    const double w = 2 * std::numbers::pi * frequency / audio::kTelephoneRate;
    const double alpha = std::sin(w) / (2 * quality);
    const double a0 = 1 + alpha;
    const double edge = pass == Pass::high ? 1 + std::cos(w) : 1 - std::cos(w);
    b0_ = b2_ = edge / 2 / a0;
    b1_ = (pass == Pass::high ? -edge : edge) / a0;
    a1_ = -2 * std::cos(w) / a0;
    a2_ = (1 - alpha) / a0;
  }
  double operator()(double x) {
    const double y = b0_ * x + z1_;
    z1_ = b1_ * x - a1_ * y + z2_;
    z2_ = b2_ * x - a2_ * y;
    return y;
  }

 private:
  double b0_, b1_, b2_, a1_, a2_;
  double z1_ = 0, z2_ = 0;
};

// The two sections of a fourth-order Butterworth filter.
constexpr double kFirstQuality = 0.54119610;
constexpr double kSecondQuality = 1.30656296;
constexpr double kLowestHz = 300;
constexpr double kHighestHz = 3400;

}  // namespace

void limit_band(std::span<audio::Sample> pcm) {
  std::array<Section, 4> sections{
      Section(Pass::high, kLowestHz, kFirstQuality), Section(Pass::high, kLowestHz, kSecondQuality),
      Section(Pass::low, kHighestHz, kFirstQuality), Section(Pass::low, kHighestHz, kSecondQuality)};
  for (audio::Sample& sample : pcm) {
    double value = sample;
    for (Section& section : sections) value = section(value);
    sample = static_cast<audio::Sample>(std::lround(std::clamp(value, -32768.0, 32767.0)));
  }
}

}  // namespace frontdesk::caller
