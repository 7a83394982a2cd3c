#include "meter/defects.hpp"

#include <algorithm>
#include <cstdlib>

#include "audio/levels.hpp"

namespace frontdesk::meter {
namespace {

constexpr int kNearZero = 8;  ///< the smallest step of A-law: its code for silence
constexpr int kShortestDropoutMs = 5;
constexpr int kLongestDropoutMs = 150;
constexpr int kNeighbourMs = 10;
constexpr double kSoundDbfs = -40;   ///< on both sides of a dropout
constexpr int kHardEdgeDivisor = 8;  ///< the sample next to the hole, against the peak of its neighbourhood
constexpr int kEdgeSamples = 4;
constexpr int kFullScale = 32100;  ///< the largest mu-law value is 32,124
constexpr std::size_t kClippedRun = 3;
constexpr double kRepeatDbfs = -45;

bool near_zero(audio::Sample sample) {
  return std::abs(int{sample}) <= kNearZero;
}

bool hard_edge(audio::PcmView neighbourhood, audio::PcmView edge) {
  return audio::rms_dbfs(neighbourhood) > kSoundDbfs &&
         audio::peak(edge) * kHardEdgeDivisor >= audio::peak(neighbourhood);
}

bool is_dropout(audio::PcmView pcm, std::size_t begin, std::size_t end, int rate) {
  const std::size_t length = end - begin;
  const std::size_t near = audio::samples_for(kNeighbourMs, rate);
  const bool fits =
      length >= audio::samples_for(kShortestDropoutMs, rate) && length <= audio::samples_for(kLongestDropoutMs, rate);
  if (!fits || begin < near || end + near > pcm.size()) return false;
  return hard_edge(pcm.subspan(begin - near, near), pcm.subspan(begin - kEdgeSamples, kEdgeSamples)) &&
         hard_edge(pcm.subspan(end, near), pcm.subspan(end, kEdgeSamples));
}

std::vector<Dropout> find_dropouts(audio::PcmView pcm, int rate) {
  const auto time = [rate](std::size_t samples) {
    return base::Duration(static_cast<base::Duration::rep>(samples) * 1'000'000'000 / rate);
  };
  std::vector<Dropout> found;
  std::size_t at = 0;
  while (at < pcm.size()) {
    if (!near_zero(pcm[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < pcm.size() && near_zero(pcm[end])) ++end;
    if (is_dropout(pcm, at, end, rate)) found.push_back({time(at), time(end - at)});
    at = end;
  }
  return found;
}

std::size_t count_repeats(audio::PcmView pcm, int rate) {
  const std::size_t frame = audio::samples_for(audio::kFrameMs, rate);
  std::size_t found = 0;
  std::size_t run = 0;
  for (std::size_t i = frame; i < pcm.size(); ++i) {
    run = pcm[i] == pcm[i - frame] ? run + 1 : 0;
    if (run < frame) continue;
    if (audio::rms_dbfs(pcm.subspan(i + 1 - frame, frame)) > kRepeatDbfs) ++found;
    run = 0;
  }
  return found;
}

std::size_t count_clipped(audio::PcmView pcm) {
  std::size_t found = 0;
  std::size_t run = 0;
  for (const audio::Sample sample : pcm) {
    run = std::abs(int{sample}) >= kFullScale ? run + 1 : 0;
    if (run == kClippedRun) ++found;
  }
  return found;
}

}  // namespace

AudioDefects find_defects(audio::PcmView pcm, int rate) {
  return {find_dropouts(pcm, rate), count_repeats(pcm, rate), count_clipped(pcm)};
}

}  // namespace frontdesk::meter
