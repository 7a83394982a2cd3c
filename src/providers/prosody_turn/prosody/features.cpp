#include "providers/prosody_turn/prosody/features.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "providers/prosody_turn/prosody/pitch.hpp"

namespace frontdesk::prosody {
namespace {

constexpr float kHopMs = 10;
constexpr float kQuietBelowLoudDb = 30;       // what counts as sound at all
constexpr float kClearOfNoiseDb = 6;          // above the recording's floor
constexpr float kLeastQuietBelowLoudDb = 15;  // but the floor may not eat speech
constexpr float kLoudWithinDb = 8;
constexpr float kSyllableDipDb = 3;
constexpr float kDarkTilt = 0.5F;
constexpr float kSteadyChange = 0.06F;
constexpr float kSteadySemitones = 0.5F;
constexpr std::size_t kLeastVoicedFrames = 10;
constexpr float kSurePeriodicity = 0.6F;
constexpr float kWidestRange = 10;   // semitones from the median: farther away is a wrong octave
constexpr float kUsualMovement = 2;  // semitones between frames that are neighbours

using Frames = std::span<const Frame>;

float in_100ms(std::size_t frames) {
  return static_cast<float>(frames) * kHopMs / 100;
}

float quantile(std::vector<float> values, float part) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<float>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

float mean(std::span<const float> values) {
  float sum = 0;
  for (const auto value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<float>(values.size());
}

float deviation(std::span<const float> values) {
  const float middle = mean(values);
  float sum = 0;
  for (const auto value : values) sum += (value - middle) * (value - middle);
  return values.empty() ? 0 : std::sqrt(sum / static_cast<float>(values.size()));
}

struct Point {
  float time = 0;  ///< in units of 100 ms
  float value = 0;
};

/// Least squares, for each 100 ms.
float slope_of(std::span<const Point> points) {
  float time = 0;
  float value = 0;
  for (const auto& point : points) {
    time += point.time;
    value += point.value;
  }
  const auto count = static_cast<float>(points.size());
  time /= count;
  value /= count;
  float covariance = 0;
  float variance = 0;
  for (const auto& point : points) {
    covariance += (point.time - time) * (point.value - value);
    variance += (point.time - time) * (point.time - time);
  }
  return variance > 0 ? covariance / variance : 0;
}

std::span<const float> tail(std::span<const float> values, std::size_t count) {
  return values.last(std::min(count, values.size()));
}

/// The speech from its first to its last sounding frame, and what is usual in it.
struct Speech {
  Frames frames;
  std::vector<std::size_t> voiced;  ///< indices into frames
  std::vector<float> pitch;         ///< of the voiced frames
  float loud_db = 0;
};

/// Of the frames that can be speech: silence around it must not count.
float loud_level(Frames frames) {
  float loudest = 0;
  for (std::size_t i = 0; i < frames.size(); ++i)
    loudest = i == 0 ? frames[i].level_db : std::max(loudest, frames[i].level_db);
  std::vector<float> levels;
  for (const auto& frame : frames)
    if (frame.level_db > loudest - kQuietBelowLoudDb) levels.push_back(frame.level_db);
  return quantile(std::move(levels), 0.85F);
}

float usual_pitch(Frames frames) {
  std::vector<float> pitch;
  for (const auto& frame : frames)
    if (frame.voiced && frame.periodicity > kSurePeriodicity) pitch.push_back(frame.semitones);
  return quantile(std::move(pitch), 0.5F);
}

/// Periodic, near the speaker's usual pitch, and in line with a neighbour.
bool surely_voiced(Frames frames, std::size_t at, float usual) {
  const auto& frame = frames[at];
  if (!frame.voiced || frame.periodicity < kSurePeriodicity) return false;
  if (std::abs(frame.semitones - usual) > kWidestRange) return false;
  const auto agrees = [&](std::size_t other) {
    return frames[other].voiced && std::abs(frames[other].semitones - frame.semitones) < kUsualMovement;
  };
  return (at > 0 && agrees(at - 1)) || (at + 1 < frames.size() && agrees(at + 1));
}

Speech speech_in(Frames frames) {
  Speech speech;
  std::vector<float> levels;
  for (const auto& frame : frames) levels.push_back(frame.level_db);
  const float loud = loud_level(frames);
  const float floor = quantile(std::move(levels), 0.05F);
  const float quiet =
      std::min(std::max(loud - kQuietBelowLoudDb, floor + kClearOfNoiseDb), loud - kLeastQuietBelowLoudDb);
  const auto sounds = [quiet](const Frame& frame) { return frame.level_db > quiet; };
  const auto first = std::find_if(frames.begin(), frames.end(), sounds);
  const auto last = std::find_if(frames.rbegin(), frames.rend(), sounds).base();
  if (first >= last) return speech;
  speech.frames =
      frames.subspan(static_cast<std::size_t>(first - frames.begin()), static_cast<std::size_t>(last - first));
  speech.loud_db = loud_level(speech.frames);
  const float usual = usual_pitch(speech.frames);
  for (std::size_t i = 0; i < speech.frames.size(); ++i) {
    if (!sounds(speech.frames[i]) || !surely_voiced(speech.frames, i, usual)) continue;
    speech.voiced.push_back(i);
    speech.pitch.push_back(speech.frames[i].semitones);
  }
  return speech;
}

void measure_pitch(const Speech& speech, Features& out) {
  const std::span<const float> pitch(speech.pitch);
  const auto last = tail(pitch, 7);
  const float end = quantile({last.begin(), last.end()}, 0.5F);
  out[Feature::end_pitch] = std::clamp(end - quantile(speech.pitch, 0.5F), -9.0F, 9.0F);
  out[Feature::end_over_low] = std::clamp(end - quantile(speech.pitch, 0.1F), -2.0F, 9.0F);
  std::vector<Point> recent;
  std::vector<float> longer;
  for (std::size_t i = 0; i < speech.voiced.size(); ++i) {
    const auto age = speech.voiced.back() - speech.voiced[i];
    if (age < 25) recent.push_back({in_100ms(speech.voiced[i]), pitch[i]});
    if (age < 50) longer.push_back(pitch[i]);
  }
  const float slope = std::clamp(slope_of(recent), -4.0F, 4.0F);
  out[Feature::slope] = slope;
  out[Feature::rise] = std::max(slope, 0.0F);
  const auto before = pitch.first(pitch.size() - std::min<std::size_t>(6, pitch.size()));
  out[Feature::final_turn] = std::clamp(end - mean(tail(before, 12)), -5.0F, 5.0F);
  out[Feature::pitch_spread] = std::min(deviation(longer), 5.0F);
  out[Feature::late_pitch] = std::clamp(quantile(longer, 0.5F) - quantile(speech.pitch, 0.5F), -6.0F, 6.0F);
  out[Feature::fall] = std::clamp(quantile(std::move(longer), 0.9F) - end, 0.0F, 12.0F);
}

void measure_level(const Speech& speech, Features& out) {
  std::vector<float> levels;
  std::vector<Point> recent;
  std::size_t since_loud = 0;
  const auto size = speech.frames.size();
  for (std::size_t i = 0; i < size; ++i) {
    const float level = speech.frames[i].level_db - speech.loud_db;
    levels.push_back(level);
    if (i + 25 >= size) recent.push_back({in_100ms(i), level});
    since_loud = level > -kLoudWithinDb ? 0 : since_loud + 1;
  }
  std::vector<float> voice;
  for (const auto i : speech.voiced) voice.push_back(levels[i]);
  out[Feature::end_level] = std::clamp(mean(tail(levels, 5)), -30.0F, 3.0F);
  out[Feature::voice_level] = std::clamp(mean(tail(voice, 6)), -30.0F, 3.0F);
  std::vector<float> tilt;
  for (const auto& frame : speech.frames)
    if (frame.tilt != 0) tilt.push_back(frame.tilt);
  out[Feature::end_tilt] = mean(tail(tilt, 10)) - mean(tilt);
  out[Feature::level_slope] = std::clamp(slope_of(recent), -12.0F, 12.0F);
  out[Feature::since_loud] = std::min(in_100ms(since_loud), 6.0F);
}

/// Frames where the loudness, smoothed over 50 ms, peaks between dips.
std::vector<std::size_t> syllable_peaks(const Speech& speech) {
  std::vector<std::size_t> peaks;
  const auto size = speech.frames.size();
  std::vector<float> smooth(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto from = i < 2 ? 0 : i - 2;
    const auto to = std::min(size, i + 3);
    for (auto k = from; k < to; ++k) smooth[i] += speech.frames[k].level_db / static_cast<float>(to - from);
  }
  std::size_t peak = 0;
  float lowest = smooth.empty() ? 0 : smooth[0];
  bool rising = true;
  for (std::size_t i = 0; i < size; ++i) {
    if (rising && smooth[i] > smooth[peak]) peak = i;
    if (rising && smooth[i] < smooth[peak] - kSyllableDipDb) {
      if (smooth[peak] > speech.loud_db - kQuietBelowLoudDb / 2) peaks.push_back(peak);
      rising = false;
      lowest = smooth[i];
    }
    lowest = std::min(lowest, smooth[i]);
    if (!rising && smooth[i] > lowest + kSyllableDipDb) {
      rising = true;
      peak = i;
    }
  }
  if (rising && size > 0 && smooth[peak] > speech.loud_db - kQuietBelowLoudDb / 2) peaks.push_back(peak);
  return peaks;
}

void measure_pace(const Speech& speech, Features& out) {
  constexpr std::size_t kPaceFrames = 150;
  constexpr float kUsualDistance = 2.0F;  // 200 ms, where there are too few syllables to tell
  const auto peaks = syllable_peaks(speech);
  const auto size = speech.frames.size();
  const auto window = std::min(size, kPaceFrames);
  const auto recent = std::count_if(peaks.begin(), peaks.end(), [&](auto peak) { return peak + window >= size; });
  out[Feature::pace] = std::min(static_cast<float>(recent) * 10 / in_100ms(window), 10.0F);
  float distance = kUsualDistance;
  if (peaks.size() >= 3) {
    std::vector<float> distances;
    for (std::size_t i = 1; i < peaks.size(); ++i) distances.push_back(in_100ms(peaks[i] - peaks[i - 1]));
    distance = quantile(std::move(distances), 0.5F);
  }
  const float last = peaks.empty() ? in_100ms(size) : in_100ms(size - peaks.back());
  out[Feature::lengthening] = std::min(last / std::max(distance, 0.5F), 4.0F);
}

void measure_last_vowel(const Speech& speech, Features& out) {
  const auto& voiced = speech.voiced;
  std::size_t stretch = 1;
  while (stretch < voiced.size() && voiced[voiced.size() - stretch] - voiced[voiced.size() - stretch - 1] <= 2)
    ++stretch;
  out[Feature::final_voice] = std::min(in_100ms(stretch), 8.0F);
  std::size_t steady = 0;
  std::vector<float> tail_pitch;
  for (std::size_t back = 1; back <= stretch; ++back) {
    const auto& frame = speech.frames[voiced[voiced.size() - back]];
    tail_pitch.push_back(frame.semitones);
    if (deviation(tail_pitch) > kSteadySemitones || (back > 2 && frame.change > kSteadyChange)) break;
    ++steady;
  }
  out[Feature::steady_tail] = std::min(in_100ms(steady), 6.0F);
  std::vector<float> quality;
  std::vector<float> change;
  for (const auto i : voiced) {
    quality.push_back(speech.frames[i].periodicity);
    change.push_back(speech.frames[i].change);
  }
  out[Feature::end_quality] = mean(tail(quality, 10)) - mean(quality);
  out[Feature::movement] = std::min(mean(tail(change, 15)), 0.5F);
  const auto after = speech.frames.subspan(voiced.back() + 1);
  const auto dark = std::count_if(after.begin(), after.end(), [](const auto& f) { return f.tilt > kDarkTilt; });
  out[Feature::creak] = std::min(in_100ms(static_cast<std::size_t>(dark)), 3.0F);
  out[Feature::unvoiced_tail] = std::min(in_100ms(speech.frames.size() - 1 - voiced.back()), 3.0F);
}

}  // namespace

std::optional<Features> measure(audio::PcmView utterance) {
  const auto frames = track(utterance.last(std::min(utterance.size(), kContextSamples)));
  const auto speech = speech_in(frames);
  if (speech.voiced.size() < kLeastVoicedFrames) return std::nullopt;
  if (static_cast<float>(speech.frames.size()) * kHopMs < kLeastSpeechMs) return std::nullopt;
  Features out;
  measure_pitch(speech, out);
  measure_level(speech, out);
  measure_pace(speech, out);
  measure_last_vowel(speech, out);
  return out;
}

}  // namespace frontdesk::prosody
