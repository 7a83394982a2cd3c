#include "media/hold_music/hold_music.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/levels.hpp"
#include "audio/resampler.hpp"
#include "media/hold_music/level.hpp"

namespace frontdesk::hold_music {
namespace {

constexpr std::size_t kFadeIn = audio::samples_for(400, audio::kTelephoneRate);
constexpr std::size_t kSeam = audio::samples_for(400, audio::kTelephoneRate);
constexpr double kSilentDbfs = -65;

auto refuse(std::string message) {
  return base::fail(base::ErrorCode::invalid_argument, "hold_music", std::move(message));
}

audio::Pcm mono(const Recording& recording) {
  const auto& in = recording.samples;
  if (recording.channels == 1) return {in.begin(), in.end()};
  audio::Pcm out(in.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<audio::Sample>((in[2 * i] + in[2 * i + 1]) / 2);
  return out;
}

/// The last samples fade into the first, and are then left out: a loop without a seam.
audio::Pcm without_seam(const audio::Pcm& pcm) {
  audio::Pcm loop(pcm.begin(), pcm.end() - static_cast<std::ptrdiff_t>(kSeam));
  for (std::size_t i = 0; i < kSeam; ++i) {
    // Equal power: the two ends have nothing to do with each other.
    const double angle = std::numbers::pi / 2 * static_cast<double>(i) / static_cast<double>(kSeam);
    const double mixed = pcm[loop.size() + i] * std::cos(angle) + pcm[i] * std::sin(angle);
    loop[i] = static_cast<audio::Sample>(std::clamp(std::lround(mixed), -32768L, 32767L));
  }
  return loop;
}

}  // namespace

base::Result<MusicLoop> loop_of(const Recording& recording) {
  if (recording.rate < 1'000 || recording.rate > 192'000)
    return refuse("a sample rate of " + std::to_string(recording.rate) + " is none: save the file at 8000 to 48000");
  if (recording.channels != 1 && recording.channels != 2)
    return refuse("save the recording in mono or stereo: it has " + std::to_string(recording.channels) + " channels");
  const auto frames = recording.samples.size() / static_cast<std::size_t>(recording.channels);
  const double ms = 1000.0 * static_cast<double>(frames) / recording.rate;
  if (ms < kShortestMs)
    return refuse("the recording is shorter than " + std::to_string(kShortestMs / 1000) + " s: it would only annoy");
  if (ms > kLongestMs)
    return refuse("the recording is longer than " + std::to_string(kLongestMs / 60'000) +
                  " minutes: cut it, it is repeated anyway");
  const audio::Pcm whole = mono(recording);
  audio::Pcm pcm =
      recording.rate == audio::kTelephoneRate ? whole : audio::resample(whole, recording.rate, audio::kTelephoneRate);
  audio::Pcm loop = without_seam(pcm);
  if (audio::rms_dbfs(loop) < kSilentDbfs) return refuse("the recording is silent: choose another one");
  std::vector<double> linear(loop.begin(), loop.end());
  return std::make_shared<const audio::Pcm>(at_level(linear));
}

void HoldMusic::copy(std::span<audio::Sample> out) {
  const audio::Pcm& loop = *loop_;
  while (!out.empty()) {
    const std::size_t now = std::min(out.size(), loop.size() - position_);
    std::copy_n(loop.begin() + static_cast<std::ptrdiff_t>(position_), now, out.begin());
    position_ = (position_ + now) % loop.size();
    out = out.subspan(now);
  }
}

void HoldMusic::next(std::span<audio::Sample> out) {
  copy(out);
  for (audio::Sample& sample : out) {
    if (faded_in_ >= kFadeIn) return;
    sample = static_cast<audio::Sample>(sample * static_cast<int>(faded_in_) / static_cast<int>(kFadeIn));
    ++faded_in_;
  }
}

void HoldMusic::fade_out(std::span<audio::Sample> out) {
  next(out);
  audio::fade_out(out);
  faded_in_ = 0;
}

}  // namespace frontdesk::hold_music
