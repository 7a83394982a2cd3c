#include "audio/levels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace frontdesk::audio {
namespace {

Sample saturate(double value) {
  return static_cast<Sample>(std::lround(std::clamp(value, -32768.0, 32767.0)));
}

}  // namespace

double rms_dbfs(PcmView pcm) {
  if (pcm.empty()) return kSilenceDbfs;
  std::int64_t energy = 0;  // whole numbers are exact, and several are added at a time
  for (const Sample sample : pcm) energy += std::int32_t{sample} * sample;
  if (energy == 0) return kSilenceDbfs;
  return std::max(kSilenceDbfs,
                  10 * std::log10(static_cast<double>(energy) / static_cast<double>(pcm.size()) / (32768.0 * 32768.0)));
}

int peak(PcmView pcm) {
  int largest = 0;
  for (const Sample sample : pcm) largest = std::max(largest, std::abs(int{sample}));
  return largest;
}

void apply_gain(std::span<Sample> pcm, double factor) {
  for (Sample& sample : pcm) sample = saturate(sample * factor);
}

void fade_out(std::span<Sample> pcm) {
  const auto count = static_cast<double>(pcm.size());
  for (std::size_t i = 0; i < pcm.size(); ++i) pcm[i] = saturate(pcm[i] * (1.0 - static_cast<double>(i + 1) / count));
}

}  // namespace frontdesk::audio
