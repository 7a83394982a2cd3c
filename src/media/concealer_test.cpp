#include "media/concealer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <numbers>

#include "audio/levels.hpp"

namespace frontdesk::media {
namespace {

using audio::Pcm;
using audio::Sample;

/// A vowel-like sound: ten harmonics.
Pcm vowel(std::size_t samples, double hertz) {
  Pcm pcm(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    double sum = 0;
    for (int k = 1; k <= 10; ++k) sum += std::sin(2 * std::numbers::pi * hertz * k * static_cast<double>(i) / 8000) / k;
    pcm[i] = static_cast<Sample>(4000 * sum);
  }
  return pcm;
}

int largest_step(audio::PcmView pcm) {
  int largest = 0;
  for (std::size_t i = 1; i < pcm.size(); ++i) largest = std::max(largest, std::abs(pcm[i] - pcm[i - 1]));
  return largest;
}

}  // namespace

TEST(Concealer, ContinuesAVowelThroughALostFrame) {
  for (const double hertz : {70.0, 110.0, 160.0, 220.0, 350.0}) {
    const Pcm original = vowel(1600, hertz);
    Pcm line = original;
    Concealer concealer;
    for (std::size_t at = 0; at < line.size(); at += 160) {
      const auto frame = std::span(line).subspan(at, 160);
      at == 800 ? concealer.conceal(frame) : concealer.received(frame);
    }
    double error = 0;
    double energy = 0;
    for (std::size_t i = 800; i < 960; ++i) {
      error += std::pow(line[i] - original[i], 2);
      energy += std::pow(original[i], 2);
    }
    EXPECT_LT(error / energy, 0.5) << hertz;  // silence in its place would be 1
    EXPECT_LE(largest_step(line), largest_step(original) * 5 / 4 + 200) << hertz;
    EXPECT_TRUE(std::equal(line.begin() + 1040, line.end(), original.begin() + 1040)) << hertz;
  }
}

TEST(Concealer, FadesToSilenceInSixtyMilliseconds) {
  Pcm line = vowel(1600, 120);
  Concealer concealer;
  concealer.received(std::span(line).first(800));
  Pcm gap(800);
  for (std::size_t at = 0; at < gap.size(); at += 160) concealer.conceal(std::span(gap).subspan(at, 160));
  EXPECT_GT(audio::rms_dbfs(audio::PcmView(gap).first(160)), -25);
  EXPECT_LT(audio::rms_dbfs(audio::PcmView(gap).subspan(320, 160)),
            audio::rms_dbfs(audio::PcmView(gap).first(160)) - 6);
  EXPECT_EQ(audio::peak(audio::PcmView(gap).subspan(480)), 0);
}

TEST(Concealer, OddLengthsAndNothingHeardYet) {
  Concealer concealer;
  Pcm out(160, 77);
  concealer.conceal(std::span(out).first(3));
  concealer.conceal(std::span(out).subspan(3));
  EXPECT_EQ(audio::peak(out), 0);
  Pcm sound(1000, 12345);
  concealer.received(std::span(sound).first(1));
  concealer.received(std::span(sound).subspan(1));
  EXPECT_EQ(sound.back(), 12345);
  concealer.received({});
  concealer.conceal({});
}

}  // namespace frontdesk::media
