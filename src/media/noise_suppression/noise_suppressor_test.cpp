#include "media/noise_suppression/noise_suppressor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/levels.hpp"
#include "base/random.hpp"

namespace frontdesk::noise_suppression {
namespace {

using audio::Pcm;
using audio::PcmView;

constexpr std::size_t kDelay = 80;
constexpr std::size_t kLead = 24'000;  // before anybody speaks

/// Three seconds of nothing, then vowels of a gliding voice, four to a second, as long as wanted.
Pcm voice(int seconds) {
  Pcm pcm(kLead);
  double phase = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(seconds) * 8000; ++i) {
    const double t = static_cast<double>(i) / 8000;
    phase += 2 * std::numbers::pi * (130 + 30 * std::sin(2 * t)) / 8000;
    double sum = 0;
    for (int k = 1; k < 24; ++k) {
      const double hz = 130.0 * k;
      const double formants =
          std::exp(-std::pow((hz - 600) / 250, 2)) + 0.4 * std::exp(-std::pow((hz - 1500) / 300, 2));
      sum += formants * std::sin(k * phase);
    }
    const double loudness = std::max(0.0, std::sin(2 * std::numbers::pi * 2 * t));
    pcm.push_back(static_cast<audio::Sample>(std::lround(2500 * loudness * sum)));
  }
  return pcm;
}

Pcm noise(std::size_t samples, double level, bool hum, std::uint64_t seed) {
  base::Random random(seed);
  Pcm pcm;
  double low = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const double white = 2 * (random.unit() + random.unit() + random.unit() - 1.5);
    low = 0.9 * low + white;
    pcm.push_back(static_cast<audio::Sample>(std::lround(level * (hum ? 0.43 * low : white))));
  }
  return pcm;
}

Pcm sum(const Pcm& a, const Pcm& b) {
  Pcm out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    out[i] = static_cast<audio::Sample>(std::clamp(a[i] + b[i], -32768, 32767));
  return out;
}

Pcm processed(Strength strength, Pcm pcm) {
  NoiseSuppressor suppressor(strength);
  for (std::size_t at = 0; at + audio::kFrameSamples <= pcm.size(); at += audio::kFrameSamples)
    suppressor.process(std::span(pcm).subspan(at).first<audio::kFrameSamples>());
  return pcm;
}

/// What of `heard` is `said`, over what is not, in dB, from where the voice begins.
double signal_to_distortion(const Pcm& said, const Pcm& heard, std::size_t delay) {
  double ss = 0, sh = 0, hh = 0;
  for (std::size_t i = kLead; i + delay < heard.size(); ++i) {
    const double s = said[i], h = heard[i + delay];
    ss += s * s;
    sh += s * h;
    hh += h * h;
  }
  const double wanted = sh * sh / ss;
  return 10 * std::log10(wanted / std::max(1.0, hh - wanted));
}

TEST(NoiseSuppressor, SteadyNoiseGetsQuieter) {
  for (const bool hum : {false, true}) {
    const Pcm in = noise(8000 * 6, 300, hum, 1);
    const auto drop = [&](Strength strength) {
      return audio::rms_dbfs(PcmView(in).last(16'000)) - audio::rms_dbfs(PcmView(processed(strength, in)).last(16'000));
    };
    EXPECT_GE(drop(Strength::mild), 6) << hum;
    EXPECT_LE(drop(Strength::mild), 11) << hum;
    EXPECT_GE(drop(Strength::strong), 10) << hum;
  }
}

TEST(NoiseSuppressor, AVoiceStandsOutMore) {
  const Pcm said = voice(8);
  for (const bool hum : {false, true}) {
    const Pcm in = sum(said, noise(said.size(), 700, hum, 2));
    const double before = signal_to_distortion(said, in, 0);
    EXPECT_GT(signal_to_distortion(said, processed(Strength::mild, in), kDelay), before + 3) << hum;
    EXPECT_GT(signal_to_distortion(said, processed(Strength::strong, in), kDelay), before + 3) << hum;
  }
}

TEST(NoiseSuppressor, CleanSpeechStaysAsItIs) {
  const Pcm said = voice(8);
  for (const auto strength : {Strength::mild, Strength::strong}) {
    const Pcm out = processed(strength, said);
    EXPECT_GT(signal_to_distortion(said, out, kDelay), 20);
    EXPECT_NEAR(audio::rms_dbfs(out), audio::rms_dbfs(said), 0.5);
  }
}

TEST(NoiseSuppressor, SilenceStaysSilent) {
  EXPECT_LE(audio::peak(processed(Strength::strong, Pcm(16'000))), 1);
}

}  // namespace
}  // namespace frontdesk::noise_suppression
