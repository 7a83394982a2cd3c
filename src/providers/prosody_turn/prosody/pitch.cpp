#include "providers/prosody_turn/prosody/pitch.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace frontdesk::prosody {
namespace {

constexpr int kRate = audio::kTelephoneRate;
constexpr std::size_t kShortestLag = kRate / static_cast<std::size_t>(kHighestHz);    // 20
constexpr std::size_t kLongestLag = static_cast<std::size_t>(kRate / kLowestHz) + 1;  // 130
constexpr std::size_t kReach = kWindow + kLongestLag;                                 // samples a frame looks at
constexpr std::size_t kCandidates = 4;
constexpr std::size_t kShapeLags = 8;         // short-lag correlations that describe the spectrum's shape
constexpr float kFloorBelowPeakDb = 38;       // quieter frames are not searched for pitch
constexpr float kLeastPeriodicity = 0.45F;    // of a voiced frame
constexpr float kShorterPeriodBonus = 0.04F;  // for each octave: multiples of the period correlate as well
constexpr float kSilentDb = -100;
constexpr int kScaledPeak = 2047;  // 240 products of 12-bit samples fit 32 bits, which the compiler vectorises

using Scaled = std::array<std::int16_t, kReach>;

struct Candidate {
  float semitones = 0;
  float periodicity = 0;
};

struct Analysed {
  std::array<Candidate, kCandidates> peaks{};
  std::size_t count = 0;
  std::array<float, kShapeLags> shape{};
};

float level_db(audio::PcmView pcm) {
  double energy = 0;
  for (const auto sample : pcm) energy += double{1} * sample * sample;
  if (pcm.empty() || energy <= 0) return kSilentDb;
  return static_cast<float>(10 * std::log10(energy / static_cast<double>(pcm.size()) / (32768.0 * 32768.0)));
}

std::int32_t product_sum(const std::int16_t* a, const std::int16_t* b) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < kWindow; ++i) sum += std::int32_t{a[i]} * b[i];
  return sum;
}

/// Without its mean and at 12 bits.
Scaled scaled(audio::PcmView pcm) {
  int sum = 0;
  for (const auto sample : pcm) sum += sample;
  const int mean = sum / static_cast<int>(kReach);
  int peak = 1;
  for (const auto sample : pcm) peak = std::max(peak, std::abs(sample - mean));
  // A factor of two, since a division for each sample would cost more than the search.
  int half = 0;
  while (peak >> half > kScaledPeak) ++half;
  int twice = 0;
  while (peak << (twice + 1) <= kScaledPeak) ++twice;
  Scaled out{};
  std::transform(pcm.begin(), pcm.end(), out.begin(), [&](audio::Sample sample) {
    return static_cast<std::int16_t>((sample - mean) * (1 << twice) >> half);
  });
  return out;
}

float semitones_of(float lag) {
  return 12 * std::log2(static_cast<float>(kRate) / lag / kLowestHz);
}

/// Twice a quarter, a half, a quarter: above 1.5 kHz a period of whole samples is too coarse to compare.
Scaled smoothed(const Scaled& x) {
  auto out = x;
  for (int times = 0; times < 2; ++times) {
    int before = out[0];
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
      const int at = out[i];
      out[i] = static_cast<std::int16_t>((before + 2 * at + out[i + 1]) / 4);
      before = at;
    }
  }
  return out;
}

using Correlation = std::array<float, kLongestLag + 1>;

/// Of the window with itself `lag` samples later, for lags first to last.
void correlate(const Scaled& x, std::size_t first, std::size_t last, Correlation& out) {
  const auto energy = static_cast<double>(product_sum(x.data(), x.data()));
  auto shifted = static_cast<double>(product_sum(x.data() + first, x.data() + first));
  for (auto lag = first; lag <= last; ++lag) {
    const double scale = std::sqrt(energy * shifted);
    out[lag] = scale > 0 ? static_cast<float>(product_sum(x.data(), x.data() + lag) / scale) : 0.0F;
    const double gone = x[lag];
    const double come = lag + kWindow < x.size() ? x[lag + kWindow] : 0;
    shifted += come * come - gone * gone;
  }
}

/// The peak of the parabola through three neighbours.
Candidate refined(const Correlation& correlation, std::size_t lag) {
  const float before = correlation[lag - 1];
  const float at = correlation[lag];
  const float after = correlation[lag + 1];
  const float curve = before - 2 * at + after;
  const float shift = curve < 0 ? std::clamp(0.5F * (before - after) / curve, -0.5F, 0.5F) : 0.0F;
  return {semitones_of(static_cast<float>(lag) + shift), std::min(at - 0.25F * (before - after) * shift, 1.0F)};
}

/// What it costs to believe in a candidate: the multiples of a period match as well as the period.
float own_cost(const Candidate& candidate) {
  return 1 - candidate.periodicity - kShorterPeriodBonus * candidate.semitones / 12;
}

bool better(const Candidate& a, const Candidate& b) {
  return own_cost(a) < own_cost(b);
}

Analysed analyse(audio::PcmView pcm) {
  Analysed found;
  Correlation correlation{};
  const auto x = scaled(pcm);
  correlate(x, 1, kShapeLags, correlation);
  std::copy_n(correlation.begin() + 1, kShapeLags, found.shape.begin());
  correlate(smoothed(x), kShortestLag - 1, kLongestLag, correlation);
  for (std::size_t lag = kShortestLag; lag < kLongestLag; ++lag) {
    if (correlation[lag] < kLeastPeriodicity) continue;
    if (correlation[lag] <= correlation[lag - 1] || correlation[lag] < correlation[lag + 1]) continue;
    const auto candidate = refined(correlation, lag);
    if (found.count < kCandidates) {
      found.peaks[found.count++] = candidate;
      continue;
    }
    const auto worst = std::max_element(found.peaks.begin(), found.peaks.end(), better);
    if (better(candidate, *worst)) *worst = candidate;
  }
  return found;
}

struct Step {
  float cost = 0;
  std::size_t from = 0;
};

/// The cheapest path through the candidates of the frames [first, last), all of which have some.
void choose_path(std::span<const Analysed> analysed, std::span<Frame> frames) {
  constexpr float kLeapCost = 0.05F;  // for each semitone
  std::vector<std::array<Step, kCandidates>> steps(analysed.size());
  for (std::size_t t = 0; t < analysed.size(); ++t) {
    for (std::size_t c = 0; c < analysed[t].count; ++c) {
      Step best{t == 0 ? 0.0F : 1e9F, 0};
      for (std::size_t p = 0; t > 0 && p < analysed[t - 1].count; ++p) {
        const float leap = std::abs(analysed[t].peaks[c].semitones - analysed[t - 1].peaks[p].semitones);
        const float cost = steps[t - 1][p].cost + kLeapCost * leap;
        if (cost < best.cost) best = {cost, p};
      }
      steps[t][c] = {best.cost + own_cost(analysed[t].peaks[c]), best.from};
    }
  }
  std::size_t at = 0;
  for (std::size_t c = 1; c < analysed.back().count; ++c)
    if (steps.back()[c].cost < steps.back()[at].cost) at = c;
  for (std::size_t t = analysed.size(); t-- > 0;) {
    frames[t].semitones = analysed[t].peaks[at].semitones;
    frames[t].periodicity = analysed[t].peaks[at].periodicity;
    frames[t].voiced = true;
    at = steps[t][at].from;
  }
}

float shape_change(const Analysed& a, const Analysed& b) {
  float sum = 0;
  for (std::size_t i = 0; i < kShapeLags; ++i) sum += (a.shape[i] - b.shape[i]) * (a.shape[i] - b.shape[i]);
  return std::sqrt(sum / kShapeLags);
}

/// `length` samples about the middle of frame `index`, zeros where the recording has none.
void cut(audio::PcmView pcm, std::size_t index, std::span<audio::Sample> out) {
  const auto middle = static_cast<std::ptrdiff_t>(index * kHop + kHop / 2);
  auto at = middle - static_cast<std::ptrdiff_t>(out.size() / 2);
  for (auto& sample : out) {
    sample = at >= 0 && at < std::ssize(pcm) ? pcm[static_cast<std::size_t>(at)] : audio::Sample{0};
    ++at;
  }
}

}  // namespace

std::vector<Frame> track(audio::PcmView pcm) {
  std::vector<Frame> frames(pcm.size() / kHop);
  std::array<audio::Sample, 2 * kHop> near{};
  float loudest = kSilentDb;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    cut(pcm, i, near);
    frames[i].level_db = level_db(near);
    loudest = std::max(loudest, frames[i].level_db);
  }
  std::vector<Analysed> analysed(frames.size());
  std::array<audio::Sample, kReach> wide{};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].level_db < loudest - kFloorBelowPeakDb || frames[i].level_db <= kSilentDb) continue;
    cut(pcm, i, wide);
    analysed[i] = analyse(wide);
    frames[i].tilt = analysed[i].shape[0];
    if (i > 0) frames[i].change = shape_change(analysed[i], analysed[i - 1]);
  }
  for (std::size_t from = 0; from < frames.size();) {
    auto to = from;
    while (to < frames.size() && analysed[to].count > 0) ++to;
    if (to > from)
      choose_path(std::span(analysed).subspan(from, to - from), std::span(frames).subspan(from, to - from));
    from = std::max(to, from + 1);
  }
  return frames;
}

}  // namespace frontdesk::prosody
