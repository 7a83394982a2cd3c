#include "media/concealer.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::media {
namespace {

audio::Sample rounded(double value) {
  return static_cast<audio::Sample>(std::lround(std::clamp(value, -32768.0, 32767.0)));
}

double share(std::size_t part, std::size_t whole) {
  return (static_cast<double>(part) + 0.5) / static_cast<double>(whole);
}

}  // namespace

void Concealer::remember(audio::PcmView pcm) {
  if (pcm.size() >= kHistory) {
    std::copy(pcm.end() - kHistory, pcm.end(), history_.begin());
    return;
  }
  const auto count = static_cast<std::ptrdiff_t>(pcm.size());
  std::copy(history_.begin() + count, history_.end(), history_.begin());
  std::copy(pcm.begin(), pcm.end(), history_.end() - count);
}

/// The lag at which the newest samples resemble the ones before them most.
std::size_t Concealer::find_period() const {
  const std::size_t newest = kHistory - kCompared;
  std::size_t best = kLongestPeriod;
  double best_score = 0;
  for (std::size_t lag = kShortestPeriod; lag <= kLongestPeriod; ++lag) {
    double product = 0;
    double energy = 1;
    for (std::size_t i = newest; i < kHistory; ++i) {
      product += double{1} * history_[i] * history_[i - lag];
      energy += double{1} * history_[i - lag] * history_[i - lag];
    }
    const double score = product / std::sqrt(energy);
    if (score <= best_score) continue;
    best_score = score;
    best = lag;
  }
  return best;
}

void Concealer::begin_gap() {
  period_size_ = find_period();
  at_ = 0;
  const std::size_t start = kHistory - period_size_;
  const std::size_t overlap = period_size_ / 4;
  for (std::size_t i = 0; i < period_size_; ++i) period_[i] = history_[start + i];
  // The end of the period leads into its beginning.
  for (std::size_t i = 0; i < overlap; ++i) {
    const double weight = share(i, overlap);
    double& sample = period_[period_size_ - overlap + i];
    sample = sample * (1 - weight) + history_[start - overlap + i] * weight;
  }
}

double Concealer::next_invented() {
  const double sample = period_[at_];
  at_ = (at_ + 1) % period_size_;
  const std::size_t faded = invented_ < kFullLevel ? 0 : std::min(invented_ - kFullLevel, kFade);
  ++invented_;
  return sample * (1 - static_cast<double>(faded) / static_cast<double>(kFade));
}

void Concealer::conceal(std::span<audio::Sample> out) {
  if (out.empty()) return;
  const bool begins = invented_ == 0;
  if (begins) begin_gap();
  const std::size_t overlap = begins ? std::min(period_size_ / 4, out.size()) : 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    double sample = next_invented();
    if (i < overlap) {
      // Leave the received sound along its mirror image, so that there is no step.
      const double weight = share(i, overlap);
      sample = sample * weight + history_[kHistory - 1 - i] * (1 - weight);
    }
    out[i] = rounded(sample);
  }
  remember(out);
  invented_ = std::min(invented_, kFullLevel + kFade);
}

void Concealer::received(std::span<audio::Sample> pcm) {
  if (pcm.empty()) return;
  if (invented_ > 0) {
    const std::size_t overlap = std::min(period_size_ / 4, pcm.size());
    for (std::size_t i = 0; i < overlap; ++i) {
      const double weight = share(i, overlap);
      pcm[i] = rounded(pcm[i] * weight + next_invented() * (1 - weight));
    }
    invented_ = 0;
  }
  remember(pcm);
}

}  // namespace frontdesk::media
