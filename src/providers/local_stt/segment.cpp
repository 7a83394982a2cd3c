#include "providers/local_stt/segment.hpp"

#include <algorithm>

#include "audio/levels.hpp"

namespace frontdesk::local_stt {
namespace {

constexpr int kShortestMs = 80;
constexpr int kFrameMs = 30;
constexpr double kQuietestSpeechDbfs = -56.0;
constexpr int kCutMs = 150;
constexpr int kCutStepMs = 10;

}  // namespace

bool worth_transcribing(audio::PcmView pcm, int rate) {
  if (pcm.size() < audio::samples_for(kShortestMs, rate)) return false;
  const auto frame = audio::samples_for(kFrameMs, rate);
  for (std::size_t at = 0; at + frame <= pcm.size(); at += frame) {
    if (audio::rms_dbfs(pcm.subspan(at, frame)) > kQuietestSpeechDbfs) return true;
  }
  return false;
}

std::size_t quietest_cut(audio::PcmView pcm, int rate, std::size_t earliest, std::size_t latest) {
  const auto window = audio::samples_for(kCutMs, rate);
  const auto step = audio::samples_for(kCutStepMs, rate);
  auto best = latest;
  double best_level = 1.0;
  for (auto at = earliest; at + window <= latest; at += step) {
    const auto level = audio::rms_dbfs(pcm.subspan(at, window));
    if (level <= best_level) {
      best_level = level;
      best = at + window / 2;
    }
  }
  return best;
}

}  // namespace frontdesk::local_stt
