#include "providers/local_tts/voice_shape.hpp"

#include <cmath>

#include "audio/levels.hpp"

namespace frontdesk::local_tts {
namespace {

constexpr int kLevelFrameMs = 20;
constexpr int kEdgeFrameMs = 5;
constexpr double kActiveRangeDb = 25.0;
constexpr double kEdgeBelowActiveDb = 28.0;
constexpr double kLargestPeak = 30000.0;

double loudest_frame_dbfs(audio::PcmView pcm, std::size_t frame) {
  double loudest = audio::kSilenceDbfs;
  for (std::size_t at = 0; at + frame <= pcm.size(); at += frame) {
    loudest = std::max(loudest, audio::rms_dbfs(pcm.subspan(at, frame)));
  }
  return loudest;
}

}  // namespace

double active_level_dbfs(audio::PcmView pcm, int rate) {
  const auto frame = audio::samples_for(kLevelFrameMs, rate);
  const auto loudest = loudest_frame_dbfs(pcm, frame);
  if (loudest <= audio::kSilenceDbfs) return audio::kSilenceDbfs;
  double power = 0;
  int frames = 0;
  for (std::size_t at = 0; at + frame <= pcm.size(); at += frame) {
    const auto level = audio::rms_dbfs(pcm.subspan(at, frame));
    if (level < loudest - kActiveRangeDb) continue;
    power += std::pow(10.0, level / 10.0);
    ++frames;
  }
  return 10.0 * std::log10(power / frames);
}

audio::Pcm trimmed(audio::PcmView pcm, int rate) {
  const auto active = active_level_dbfs(pcm, rate);
  if (active <= audio::kSilenceDbfs) return {};
  const auto frame = audio::samples_for(kEdgeFrameMs, rate);
  const auto sounds = [&](std::size_t at) {
    return audio::rms_dbfs(pcm.subspan(at, frame)) > active - kEdgeBelowActiveDb;
  };
  std::size_t first = 0;
  while (first + frame <= pcm.size() && !sounds(first)) first += frame;
  std::size_t last = pcm.size() / frame * frame;
  while (last > first && !sounds(last - frame)) last -= frame;
  const auto lead = audio::samples_for(kLeadMs, rate);
  const auto begin = first > lead ? first - lead : 0;
  const auto end = std::min(pcm.size(), last + audio::samples_for(kTailMs, rate));
  return {pcm.begin() + static_cast<std::ptrdiff_t>(begin), pcm.begin() + static_cast<std::ptrdiff_t>(end)};
}

void normalise_level(std::span<audio::Sample> pcm, int rate) {
  const auto active = active_level_dbfs(pcm, rate);
  if (active <= audio::kSilenceDbfs) return;
  const auto wanted = std::pow(10.0, (kActiveLevelDbfs - active) / 20.0);
  audio::apply_gain(pcm, std::min(wanted, kLargestPeak / audio::peak(pcm)));
}

audio::Pcm to_pcm(std::span<const float> samples) {
  audio::Pcm pcm(samples.size());
  std::transform(samples.begin(), samples.end(), pcm.begin(), [](float sample) {
    // A NaN from a broken run compares false twice and becomes silence.
    const float scaled = sample * 32767.0F;
    return static_cast<audio::Sample>(scaled >= 32767.0F    ? 32767.0F
                                      : scaled > -32768.0F  ? scaled
                                      : scaled <= -32768.0F ? -32768.0F
                                                            : 0.0F);
  });
  return pcm;
}

}  // namespace frontdesk::local_tts
