#include "codec/comfort_noise.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::codec {
namespace {

constexpr double kOverload = 32767;  // 0 dBov
constexpr int kLevelMask = 0x7f;
constexpr double kReflectionStep = 258.0 / 32768;
constexpr int kReflectionZero = 127;
constexpr double kStable = 0.98;

}  // namespace

bool ComfortNoise::update(std::span<const std::uint8_t> payload) {
  if (payload.empty()) return false;
  const int dbov = std::min(-(payload[0] & kLevelMask), kLoudestDbov);
  target_rms_ = kOverload * std::pow(10.0, dbov / 20.0);
  order_ = std::min(payload.size() - 1, kMaxOrder);
  double gain = 1;
  for (std::size_t i = 0; i < order_; ++i) {
    reflection_[i] = std::clamp((payload[i + 1] - kReflectionZero) * kReflectionStep, -kStable, kStable);
    gain *= 1 - reflection_[i] * reflection_[i];
  }
  excitation_ = target_rms_ * std::sqrt(gain);
  return true;
}

void ComfortNoise::generate(std::span<audio::Sample> out) {
  if (!active()) return std::fill(out.begin(), out.end(), audio::Sample{0});
  // Uniform noise of unit power lies within +-sqrt(3).
  const double scale = excitation_ * std::sqrt(12.0);
  for (auto& sample : out) {
    double forward = (random_.unit() - 0.5) * scale;
    for (std::size_t i = order_; i > 0; --i) {
      forward -= reflection_[i - 1] * backward_[i - 1];
      backward_[i] = backward_[i - 1] + reflection_[i - 1] * forward;
    }
    backward_[0] = forward;
    sample = static_cast<audio::Sample>(std::lround(std::clamp(forward, -kOverload, kOverload)));
  }
}

}  // namespace frontdesk::codec
