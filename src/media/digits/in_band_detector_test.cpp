#include "media/digits/in_band_detector.hpp"

#include <gtest/gtest.h>

#include <string>

#include "media/digits/dtmf_sound_test.hpp"
#include "media/digits/tones.hpp"

namespace frontdesk::digits {
namespace {

using namespace test;

std::string heard_in(InBandDetector& detector, audio::PcmView pcm) {
  std::string digits;
  for (std::size_t at = 0; at < pcm.size(); at += audio::kFrameSamples) {
    if (const auto digit = detector.push(pcm.subspan(at, std::min(audio::kFrameSamples, pcm.size() - at))))
      digits += *digit;
  }
  return digits;
}

std::string heard_in(audio::PcmView pcm) {
  InBandDetector detector;
  return heard_in(detector, pcm);
}

/// Levels of both tones within -25 to -3 dBm0, twist within Q.24's limits: high over low by at most 4 dB, low over high
/// by at most 8.
Tone random_tone(base::Random& random) {
  Tone tone;
  tone.digit = kKeys[random.below(kKeys.size())];
  tone.ms = static_cast<int>(random.between(50, 200));
  tone.pause_ms = static_cast<int>(random.between(50, 250));
  const double twist = -8 + 12 * random.unit();
  tone.low_dbm0 = std::max(-25.0, -25 - twist) + random.unit() * (22 - std::abs(twist));
  tone.high_dbm0 = tone.low_dbm0 + twist;
  tone.detune = -0.01 + 0.02 * random.unit();
  tone.noise_db = -20;
  return tone;
}

TEST(InBand, TenThousandDigitsNoneLostNoneDoubled) {
  base::Random random(4);
  for (const auto law : {audio::G711Law::a, audio::G711Law::mu}) {
    InBandDetector detector;
    std::string sent, heard;
    int wrong = 0;
    for (int i = 0; i < 10'000; ++i) {
      audio::Pcm pcm;
      const Tone tone = random_tone(random);
      append(tone, random, pcm);
      through_g711(law, pcm);
      const auto told = heard_in(detector, pcm);
      if (told != std::string(1, tone.digit) && ++wrong < 20)
        ADD_FAILURE() << i << " " << tone.digit << " heard '" << told << "' ms " << tone.ms << " pause "
                      << tone.pause_ms << " low " << tone.low_dbm0 << " high " << tone.high_dbm0 << " detune "
                      << tone.detune;
      sent += tone.digit;
      heard += told;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_TRUE(heard == sent);
  }
}

TEST(InBand, EachKeyIsToldOnceHoweverLongItIsHeld) {
  base::Random random(1);
  for (const char key : kKeys) {
    for (const int ms : {40, 100, 1000, 10'000}) {
      audio::Pcm pcm;
      append({.digit = key, .ms = ms}, random, pcm);
      EXPECT_EQ(heard_in(pcm), std::string(1, key)) << ms;
    }
  }
}

TEST(InBand, HearsOurOwnTones) {
  EXPECT_EQ(heard_in(tones_of("0123456789*#ABCD11x2")), "0123456789*#ABCD112");
}

TEST(InBand, RepeatedDigitsAreToldApart) {
  base::Random random(2);
  audio::Pcm pcm;
  for (int i = 0; i < 1000; ++i) append({.digit = '7', .ms = 50, .pause_ms = 50}, random, pcm);
  EXPECT_EQ(heard_in(pcm), std::string(1000, '7'));
}

TEST(InBand, ALostPacketDoesNotDoubleADigit) {
  base::Random random(3);
  for (std::size_t offset = 0; offset < 160; ++offset) {
    audio::Pcm pcm(offset);
    append({.digit = '5', .ms = 200}, random, pcm);
    for (std::size_t i = 0; i < 160; ++i) pcm[offset + 700 + i] = 0;
    EXPECT_EQ(heard_in(pcm), "5") << offset;
  }
}

TEST(InBand, IsCertainAfter40Milliseconds) {
  base::Random random(5);
  for (std::size_t offset = 0; offset < 160; offset += 7) {
    audio::Pcm pcm(1600 + offset);
    append({.digit = '9', .ms = 40, .pause_ms = 0}, random, pcm);
    EXPECT_EQ(heard_in(audio::PcmView(pcm).first(1600 + offset)), "");
    EXPECT_EQ(heard_in(pcm), "9") << offset;
  }
}

TEST(InBand, OneToneOrNoiseIsNoDigit) {
  base::Random random(6);
  audio::Pcm pcm;
  for (int i = 0; i < 60; ++i) {
    append({.digit = '5', .low_dbm0 = -10, .high_dbm0 = -60, .ms = 1000}, random, pcm);
    append({.digit = '5', .low_dbm0 = -60, .high_dbm0 = -10, .ms = 1000}, random, pcm);
    for (int k = 0; k < 8000; ++k) pcm.push_back(static_cast<audio::Sample>(3000 * noise(random)));
  }
  EXPECT_EQ(heard_in(pcm), "");
}

TEST(InBand, TonesThatAreTooShortDoNotCount) {
  base::Random random(7);
  audio::Pcm pcm;
  for (int i = 0; i < 500; ++i) append({.digit = '3', .ms = 20, .pause_ms = 100}, random, pcm);
  EXPECT_EQ(heard_in(pcm), "");
}

}  // namespace
}  // namespace frontdesk::digits
