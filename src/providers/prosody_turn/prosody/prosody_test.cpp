#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "audio/wav.hpp"
#include "providers/prosody_turn/prosody/features.hpp"
#include "providers/prosody_turn/prosody/pitch.hpp"
#include "providers/prosody_turn/prosody/score.hpp"

namespace frontdesk::prosody {
namespace {

constexpr int kRate = audio::kTelephoneRate;

/// Something like a voice over a telephone: harmonics of a gliding pitch between 300 and 3,400 Hz only.
struct Voice {
  double phase = 0;
  audio::Pcm pcm;

  /// `seconds` with the pitch going from `from` to `to` Hz and the level from `loud` to `soft`, under syllables.
  void say(double seconds, double from, double to, double loud = 1, double soft = 1, double syllable_hz = 4) {
    const auto size = static_cast<std::size_t>(seconds * kRate);
    for (std::size_t i = 0; i < size; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(size);
      const double hz = from * std::pow(to / from, part);
      phase += 2 * std::numbers::pi * hz / kRate;
      double sum = 0;
      for (int k = 1; k * hz < 3400; ++k)
        if (k * hz > 300) sum += std::sin(k * phase) / k;
      const double t = static_cast<double>(i) / kRate;
      const double swell = syllable_hz > 0 ? 0.6 - 0.4 * std::cos(2 * std::numbers::pi * syllable_hz * t) : 1.0;
      pcm.push_back(static_cast<audio::Sample>(6000 * sum * swell * (loud + (soft - loud) * part)));
    }
  }
  void hiss(double seconds, int level = 1500) {
    unsigned state = 12345;
    for (int i = 0; i < static_cast<int>(seconds * kRate); ++i) {
      state = state * 1664525U + 1013904223U;
      pcm.push_back(static_cast<audio::Sample>(static_cast<int>(state >> 16) % (2 * level) - level));
    }
  }
  void quiet(double seconds) { pcm.insert(pcm.end(), static_cast<std::size_t>(seconds * kRate), 0); }
};

Features measured(const Voice& voice) {
  const auto features = measure(voice.pcm);
  EXPECT_TRUE(features.has_value());
  return features.value_or(Features{});
}

double hz_of(const Frame& frame) {
  return kLowestHz * std::pow(2.0, frame.semitones / 12);
}

TEST(Pitch, IsFoundWithoutItsFundamental) {
  for (const double hz : {85.0, 110.0, 160.0, 220.0, 310.0, 380.0}) {
    Voice voice;
    voice.say(0.6, hz, hz, 1, 1, 0);
    const auto frames = track(voice.pcm);
    ASSERT_EQ(frames.size(), 60U);
    for (std::size_t i = 5; i < 55; ++i) {
      ASSERT_TRUE(frames[i].voiced) << hz << " " << i;
      ASSERT_NEAR(hz_of(frames[i]), hz, hz * 0.02) << i;
    }
  }
}

TEST(Pitch, FollowsAGlide) {
  Voice voice;
  voice.say(1, 120, 240, 1, 1, 0);
  const auto frames = track(voice.pcm);
  for (std::size_t i = 5; i < 95; ++i) {
    const double hz = 120 * std::pow(2.0, (static_cast<double>(i) + 0.5) / 100);
    ASSERT_NEAR(hz_of(frames[i]), hz, hz * 0.03) << i;
  }
}

TEST(Pitch, HissAndSilenceHaveNone) {
  Voice voice;
  voice.hiss(0.5);
  voice.quiet(0.5);
  int voiced = 0;
  for (const auto& frame : track(voice.pcm)) voiced += frame.voiced && frame.periodicity > 0.6F;
  EXPECT_LE(voiced, 2);
}

TEST(Pitch, LevelDoesNotMatter) {
  Voice voice;
  voice.say(0.5, 150, 200);
  auto soft = voice.pcm;
  for (auto& sample : soft) sample = static_cast<audio::Sample>(sample / 16);
  const auto loud_frames = track(voice.pcm);
  const auto soft_frames = track(soft);
  for (std::size_t i = 3; i + 3 < loud_frames.size(); ++i)
    ASSERT_NEAR(loud_frames[i].semitones, soft_frames[i].semitones, 0.2F) << i;
}

TEST(Features, TooLittleVoiceIsNotJudged) {
  Voice voice;
  EXPECT_FALSE(measure(voice.pcm));
  voice.quiet(2);
  EXPECT_FALSE(measure(voice.pcm));
  voice.say(0.15, 150, 150);
  EXPECT_FALSE(measure(voice.pcm));
  Voice hiss;
  hiss.hiss(2);
  EXPECT_FALSE(measure(hiss.pcm));
}

TEST(Features, MelodyOfTheEnd) {
  Voice falling;
  falling.say(1.5, 200, 200);
  falling.say(0.4, 200, 120);
  Voice rising;
  rising.say(1.5, 200, 200);
  rising.say(0.4, 200, 320);
  const auto down = measured(falling);
  const auto up = measured(rising);
  EXPECT_NEAR(down[Feature::end_pitch], 12 * std::log2(123.0 / 200), 1.2);
  EXPECT_NEAR(up[Feature::end_pitch], 12 * std::log2(312.0 / 200), 1.2);
  EXPECT_NEAR(down[Feature::slope], -2.2, 0.5);  // semitones for each 100 ms
  EXPECT_NEAR(up[Feature::slope], 2.0, 0.5);
  EXPECT_EQ(down[Feature::rise], 0);
  EXPECT_GT(up[Feature::rise], 1.5F);
  EXPECT_GT(down[Feature::fall], 6);
  EXPECT_LT(up[Feature::fall], 1);
  EXPECT_LT(down[Feature::final_turn], -1);
  EXPECT_GT(up[Feature::final_turn], 1);
}

TEST(Features, LoudnessOfTheEnd) {
  Voice abrupt;
  abrupt.say(1.0, 180, 180);
  abrupt.say(0.5, 180, 180, 1, 1, 0);
  Voice fading;
  fading.say(1.0, 180, 180);
  fading.say(0.5, 180, 180, 1, 0.05, 0);
  EXPECT_LT(measured(fading)[Feature::end_level], measured(abrupt)[Feature::end_level] - 4);
  EXPECT_GT(measured(fading)[Feature::since_loud], measured(abrupt)[Feature::since_loud] + 0.5F);
}

TEST(Features, AHeldVowelIsSteadyAndAFinalHissIsNoVoice) {
  Voice um;
  um.say(1.2, 160, 210);
  um.say(0.45, 150, 150, 1, 1, 0);
  Voice plain;
  plain.say(1.2, 160, 210);
  plain.say(0.25, 210, 150);
  plain.say(0.2, 150, 180);
  EXPECT_GT(measured(um)[Feature::steady_tail], measured(plain)[Feature::steady_tail] + 1);
  Voice hissing = plain;
  hissing.hiss(0.12);
  EXPECT_NEAR(measured(hissing)[Feature::unvoiced_tail], 1.2F, 0.4F);
  EXPECT_LT(measured(hissing)[Feature::end_tilt], measured(plain)[Feature::end_tilt] - 0.3F);
}

TEST(Features, PaceCountsSyllables) {
  Voice slow;
  slow.say(2, 150, 150, 1, 1, 2.5);
  Voice quick;
  quick.say(2, 150, 150, 1, 1, 6);
  EXPECT_NEAR(measured(slow)[Feature::pace], 2.5F, 0.8F);
  EXPECT_NEAR(measured(quick)[Feature::pace], 6.0F, 0.8F);
}

TEST(Features, SilenceAfterTheSpeechChangesNothing) {
  Voice voice;
  voice.say(1.5, 190, 150);
  const auto before = measured(voice);
  voice.quiet(0.08);
  const auto after = measured(voice);
  for (std::size_t i = 0; i < kFeatureCount; ++i)
    EXPECT_NEAR(before.values[i], after.values[i], 0.5F) << kFeatureNames[i];
}

TEST(Features, AllAreFiniteForOddSounds) {
  Voice square;
  for (int i = 0; i < 2 * kRate; ++i) square.pcm.push_back(i / 20 % 2 == 0 ? 32767 : -32768);
  Voice clicks;
  for (int i = 0; i < 2 * kRate; ++i) clicks.pcm.push_back(i % 80 == 0 ? 32767 : 0);
  Voice constant;
  constant.pcm.assign(2 * kRate, 20000);
  for (const auto& voice : {square, clicks, constant}) {
    const auto features = measure(voice.pcm);
    if (!features) continue;
    for (const auto value : features->values) EXPECT_TRUE(std::isfinite(value));
    const float probability = probability_of_end(*features);
    EXPECT_TRUE(probability > 0 && probability < 1);
  }
}

TEST(Score, AFallIsMoreOfAnEndThanALevelTone) {
  Voice falling;
  falling.say(1.5, 200, 190);
  falling.say(0.4, 190, 120, 1, 0.2);
  Voice level;
  level.say(1.9, 190, 200);
  EXPECT_GT(probability_of_end(measured(falling)), probability_of_end(measured(level)) + 0.1F);
}

TEST(Score, ARiseIsLeftUndecided) {
  Voice rising;
  rising.say(1.5, 200, 200);
  rising.say(0.4, 200, 330);
  EXPECT_GE(probability_of_end(measured(rising)), 0.45F);
}

// Recorded speech, of a voice that the weights have seen: this guards the plumbing, not the quality.
TEST(Score, TellsSentencesFromOpeningsOnAverage) {
  const auto mean = [](std::initializer_list<const char*> names) {
    float sum = 0;
    for (const auto* name : names) {
      const auto wav = audio::read_wav(std::string("/usr/share/asterisk/sounds/en_US_f_Allison/") + name + ".wav");
      EXPECT_TRUE(wav) << wav.error().message;
      const auto features = wav ? measure(wav->samples) : std::nullopt;
      EXPECT_TRUE(features) << name;
      if (features) sum += probability_of_end(*features) / static_cast<float>(names.size());
    }
    return sum;
  };
  const float whole = mean({"conf-onlyperson", "conf-kicked", "vm-msgsaved", "vm-passchanged", "conf-leaderhasleft",
                            "dir-nomatch", "conf-lockednow", "vm-nonumber"});
  const float open = mean({"conf-thereare", "queue-holdtime", "vm-youhave", "queue-thereare", "conf-enteringno",
                           "vm-num-i-have", "dir-pls-enter", "queue-quantity1"});
  EXPECT_GT(whole, open + 0.08F);
}

}  // namespace
}  // namespace frontdesk::prosody
