#include "media/line_sounds/music_detector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "audio/levels.hpp"

namespace frontdesk::line_sounds {
namespace {

constexpr float kLowestHertz = 200;
constexpr float kHighestHertz = 3600;
constexpr float kSameNoteHertz = 4;
constexpr int kNoteSteps = 6;             ///< of 40 ms
constexpr float kShareOfPower = 0.003F;   ///< what is weaker is no partial
constexpr float kAboveNeighbours = 20;    ///< times as strong as the bins beside it
constexpr std::size_t kNeighbour = 4;     ///< beyond the main lobe
constexpr std::size_t kNeighbours = 4;    ///< bins on each side
constexpr std::size_t kBinsPerPlace = 8;  ///< about 60 Hz: the places of a note in the mask

constexpr float kQuietestDbfs = -45;  ///< of the louder parts
constexpr float kPauseBelowDb = 20;   ///< under them
constexpr double kLouderParts = 0.9;  ///< percentile
constexpr double kMostPauses = 0.4;
constexpr double kLeastWithNotes = 0.15;  ///< of the steps that sound. Speech: 0.05 at most; music: 0.19 in 95 %
constexpr int kFewestNotes = 5;           ///< a dial or ringing tone has two

}  // namespace

MusicDetector::MusicDetector() : spectrum_(kSpectrumSamples), recent_(kSpectrumSamples) {}

bool MusicDetector::push(audio::PcmView frame) {
  const auto keep = static_cast<std::ptrdiff_t>(std::min(frame.size(), recent_.size()));
  std::rotate(recent_.begin(), recent_.begin() + keep, recent_.end());
  std::copy(frame.end() - keep, frame.end(), recent_.end() - keep);
  if (++frames_ % kFramesPerStep != 0) return false;
  auto& step = window_[steps_++ % kStepsPerWindow];
  step.level_dbfs =
      static_cast<float>(audio::rms_dbfs(audio::PcmView(recent_).last(audio::kFrameSamples * kFramesPerStep)));
  step.notes = 0;
  if (step.level_dbfs >= kQuietestDbfs - kPauseBelowDb)
    step.notes = lasting_partials();
  else
    partials_.clear();  // costs nothing while the line is quiet
  if (steps_ < kStepsPerWindow || !sounds_like_music()) {
    ++steps_without_;
    return false;
  }
  return std::exchange(steps_without_, 0) >= kStepsPerWindow;
}

/// Finds the peaks, joins them to those of the step before, and says where the lasting ones are.
std::uint64_t MusicDetector::lasting_partials() {
  const auto power = spectrum_.of(recent_);
  const auto first = static_cast<std::size_t>(kLowestHertz / spectrum_.hertz_per_bin());
  const auto last = static_cast<std::size_t>(kHighestHertz / spectrum_.hertz_per_bin());
  float total = 1;
  for (auto i = first; i < last; ++i) total += power[i];
  std::uint64_t notes = 0;
  found_.clear();
  for (auto i = first; i < last; ++i) {
    if (power[i] <= power[i - 1] || power[i] < power[i + 1] || power[i] < total * kShareOfPower) continue;
    float beside = 0;
    for (std::size_t d = kNeighbour; d < kNeighbour + kNeighbours; ++d) beside += power[i - d] + power[i + d];
    if (power[i] * 2 * static_cast<float>(kNeighbours) < beside * kAboveNeighbours) continue;
    found_.push_back(follow(spectrum_.frequency_of_peak(i)));
    if (found_.back().steps >= kNoteSteps) notes |= std::uint64_t{1} << (i / kBinsPerPlace);
  }
  partials_.swap(found_);
  return notes;
}

MusicDetector::Partial MusicDetector::follow(float hertz) const {
  Partial partial{hertz, 1};
  // From where it began: a glide leaves its note however slow it is.
  for (const auto& before : partials_)
    if (std::abs(before.began_at_hertz - hertz) <= kSameNoteHertz && before.steps >= partial.steps)
      partial = {before.began_at_hertz, before.steps + 1};
  return partial;
}

bool MusicDetector::sounds_like_music() const {
  std::array<float, kStepsPerWindow> levels;
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = window_[i].level_dbfs;
  const auto loud = levels.begin() + static_cast<std::ptrdiff_t>(kLouderParts * kStepsPerWindow);
  std::nth_element(levels.begin(), loud, levels.end());
  if (*loud < kQuietestDbfs) return false;
  std::size_t sounding = 0;
  std::size_t with_notes = 0;
  std::uint64_t notes = 0;
  for (const auto& step : window_) {
    // Music in the background of somebody who talks is heard only in his pauses: it does not count.
    if (step.level_dbfs < *loud - kPauseBelowDb) continue;
    ++sounding;
    with_notes += step.notes != 0 ? 1 : 0;
    notes |= step.notes;
  }
  return static_cast<double>(sounding) >= (1 - kMostPauses) * kStepsPerWindow &&
         static_cast<double>(with_notes) >= kLeastWithNotes * static_cast<double>(sounding) &&
         std::popcount(notes) >= kFewestNotes;
}

}  // namespace frontdesk::line_sounds
