#include "media/hold_music/level.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "media/hold_music/hold_music.hpp"

namespace frontdesk::hold_music {
namespace {

constexpr std::size_t kStretch = audio::samples_for(3'000, audio::kTelephoneRate);
constexpr double kFullScale = 32768;

double amplitude(double dbfs) {
  return kFullScale * std::pow(10, dbfs / 20);
}

/// Mean square of the loudest stretch, which runs on over the end of the loop.
double loudest(std::span<const double> loop) {
  const std::size_t length = std::min(kStretch, loop.size());
  double sum = 0;
  for (std::size_t i = 0; i < length; ++i) sum += loop[i] * loop[i];
  double most = sum;
  for (std::size_t i = 0; i < loop.size(); ++i) {
    const double in = loop[(i + length) % loop.size()];
    sum += in * in - loop[i] * loop[i];
    most = std::max(most, sum);
  }
  return most / static_cast<double>(length);
}

}  // namespace

audio::Pcm at_level(std::span<const double> loop) {
  double peak = 0;
  for (const double sample : loop) peak = std::max(peak, std::abs(sample));
  FRONTDESK_ASSERT(peak > 0);
  const double gain = std::min(amplitude(kLevelDbfs) / std::sqrt(loudest(loop)), amplitude(kHighestPeakDbfs) / peak);
  audio::Pcm out;
  out.reserve(loop.size());
  for (const double sample : loop) out.push_back(static_cast<audio::Sample>(std::lround(sample * gain)));
  return out;
}

}  // namespace frontdesk::hold_music
