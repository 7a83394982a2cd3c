#include "meter/defects.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/g711.hpp"
#include "base/random.hpp"

namespace frontdesk::meter {
namespace {

using audio::Pcm;
using audio::Sample;

/// Voice-like with a wavering pitch, and so never exactly periodic.
Pcm voice(std::size_t samples) {
  Pcm pcm(samples);
  double phase = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / 8000;
    phase += 2 * std::numbers::pi * (130 + 20 * std::sin(2 * std::numbers::pi * 2.3 * t)) / 8000;
    double sum = 0;
    for (int harmonic = 1; harmonic <= 8; ++harmonic) sum += std::sin(harmonic * phase) / harmonic;
    pcm[i] = static_cast<Sample>(5000 * sum);
  }
  return pcm;
}

void fill(Pcm& pcm, std::size_t at, std::size_t count) {
  std::fill_n(pcm.begin() + static_cast<std::ptrdiff_t>(at), count, Sample{0});
}

void companded(Pcm& pcm, audio::G711Law law) {
  for (Sample& sample : pcm) sample = audio::decode_g711(law, audio::encode_g711(law, sample));
}

}  // namespace

TEST(Defects, CleanSpeechHasNone) {
  for (const auto law : {audio::G711Law::mu, audio::G711Law::a}) {
    Pcm pcm = voice(80000);
    companded(pcm, law);
    const auto defects = find_defects(pcm);
    EXPECT_TRUE(defects.dropouts.empty());
    EXPECT_EQ(defects.repeated_frames, 0U);
    EXPECT_EQ(defects.clipped_runs, 0U);
  }
}

TEST(Defects, HolesCutIntoSpeech) {
  for (const auto law : {audio::G711Law::mu, audio::G711Law::a}) {
    Pcm pcm = voice(80000);
    const std::size_t holes[] = {8000, 160, 20000, 1200, 40013, 77};
    for (int i = 0; i < 6; i += 2) fill(pcm, holes[i], holes[i + 1]);
    companded(pcm, law);
    const auto dropouts = find_defects(pcm).dropouts;
    ASSERT_EQ(dropouts.size(), 3U);
    EXPECT_NEAR(base::to_seconds(dropouts[0].at), 1.0, 0.001);
    EXPECT_NEAR(base::to_seconds(dropouts[0].length), 0.020, 0.001);
    EXPECT_NEAR(base::to_seconds(dropouts[1].length), 0.150, 0.001);
    EXPECT_NEAR(base::to_seconds(dropouts[2].length), 0.0096, 0.001);
  }
}

TEST(Defects, PausesAndSoftEdgesAreNoDropouts) {
  Pcm pcm = voice(80000);
  fill(pcm, 8000, 30);     // shorter than 5 ms
  fill(pcm, 20000, 1600);  // a pause
  // A consonant's closure: 20 ms of decay into silence, 60 ms, 20 ms of rise.
  for (std::size_t i = 0; i < 160; ++i) {
    const double gain = std::pow(10, -3.0 * static_cast<double>(i) / 160);
    pcm[40000 + i] = static_cast<Sample>(pcm[40000 + i] * gain);
    pcm[40000 + 160 + 480 + 159 - i] = static_cast<Sample>(pcm[40000 + 160 + 480 + 159 - i] * gain);
  }
  fill(pcm, 40160, 480);
  EXPECT_TRUE(find_defects(pcm).dropouts.empty());
}

TEST(Defects, RepeatedFramesAtAnyOffset) {
  Pcm pcm = voice(40000);
  std::copy_n(pcm.begin() + 8000, 160, pcm.begin() + 8160);
  std::copy_n(pcm.begin() + 20013, 160, pcm.begin() + 20173);
  std::copy_n(pcm.begin() + 20013, 160, pcm.begin() + 20333);
  EXPECT_EQ(find_defects(pcm).repeated_frames, 3U);
}

TEST(Defects, ClippedRuns) {
  Pcm pcm = voice(8000);
  std::fill_n(pcm.begin() + 1000, 5, Sample{32767});
  std::fill_n(pcm.begin() + 2000, 3, Sample{-32768});
  std::fill_n(pcm.begin() + 3000, 2, Sample{32767});
  EXPECT_EQ(find_defects(pcm).clipped_runs, 2U);
  companded(pcm, audio::G711Law::mu);
  EXPECT_EQ(find_defects(pcm).clipped_runs, 2U);
}

TEST(Defects, ShortInput) {
  EXPECT_TRUE(find_defects({}).dropouts.empty());
  EXPECT_TRUE(find_defects(Pcm(50, 0)).dropouts.empty());
}

}  // namespace frontdesk::meter
