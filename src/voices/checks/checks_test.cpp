#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/random.hpp"
#include "voices/checks/sample_quality.hpp"
#include "voices/checks/sentence.hpp"

namespace frontdesk::voices_checks {
namespace {

constexpr int kRate = 24'000;

struct Recording {
  double seconds = 60;
  double speech = 8000;  ///< amplitude
  double noise = 3;
  double talking = 0.7;  ///< share of each second
  int offset = 0;
};

audio::Pcm sound_of(const Recording& as) {
  base::Random random(7);
  audio::Pcm pcm;
  const auto count = static_cast<std::size_t>(as.seconds * kRate);
  for (std::size_t at = 0; at < count; ++at) {
    const double within = static_cast<double>(at % kRate) / kRate;
    double value = (random.unit() * 2 - 1) * as.noise * 1.7 + as.offset;
    if (within < as.talking) value += as.speech * 1.414 * std::sin(static_cast<double>(at) * 0.05);
    pcm.push_back(static_cast<audio::Sample>(std::lround(std::clamp(value, -32768.0, 32767.0))));
  }
  return pcm;
}

Quality quality(const Recording& as, const Source& source = {44'100, 0}) {
  return quality_of(sound_of(as), kRate, source);
}

bool mentions(const Quality& quality, std::string_view words) {
  for (const auto& each : quality.advice)
    if (each.find(words) != std::string::npos) return true;
  return false;
}

TEST(SampleQuality, MeasuresWhatIsThere) {
  const auto q = quality({});
  EXPECT_NEAR(q.seconds, 60, 0.01);
  EXPECT_NEAR(q.speech_seconds, 42, 0.5);
  EXPECT_NEAR(q.level_dbfs, 20 * std::log10(8000 / 32768.0), 0.3);
  EXPECT_NEAR(q.noise_dbfs, 20 * std::log10(3 / 32768.0), 1.5);
  EXPECT_NEAR(q.silence_percent, 30, 1);
  EXPECT_EQ(q.verdict, Verdict::good);
  EXPECT_TRUE(q.advice.empty());
  EXPECT_EQ(q.score, 1);
}

TEST(SampleQuality, AConstantOffsetIsNoSound) {
  const auto q = quality({.offset = 2000});
  EXPECT_NEAR(q.level_dbfs, 20 * std::log10(8000 / 32768.0), 0.5);
  EXPECT_EQ(q.verdict, Verdict::good);
  EXPECT_LT(quality({.speech = 0, .noise = 0, .offset = 9000}).speech_seconds, kLeastSpeechSeconds);
}

TEST(SampleQuality, SaysWhatToDo) {
  EXPECT_TRUE(mentions(quality({.seconds = 20}), "14 seconds of speech"));
  EXPECT_EQ(quality({.seconds = 20}).verdict, Verdict::usable);
  EXPECT_EQ(quality({.seconds = 10}).verdict, Verdict::try_again);
  EXPECT_TRUE(mentions(quality({.speech = 300, .noise = 1}), "too quiet"));
  EXPECT_TRUE(mentions(quality({}, {44'100, 0.002}), "too loud"));
  EXPECT_EQ(quality({}, {44'100, 0.02}).verdict, Verdict::try_again);
  EXPECT_TRUE(mentions(quality({.noise = 900}), "noise behind"));
  EXPECT_TRUE(mentions(quality({.seconds = 200, .talking = 0.3}), "silence"));
  EXPECT_TRUE(mentions(quality({}, {8000, 0}), "telephone quality"));
}

TEST(SampleQuality, NothingAndNearlyNothingAreNoSpeech) {
  EXPECT_EQ(quality_of({}, kRate, {}).speech_seconds, 0);
  const audio::Pcm one{32767};
  EXPECT_EQ(quality_of(one, kRate, {}).speech_seconds, 0);
  EXPECT_EQ(quality({.speech = 0, .noise = 0}).speech_seconds, 0);
  EXPECT_EQ(quality({.speech = 0, .noise = 0}).silence_percent, 100);
  EXPECT_LE(quality({.speech = 0, .noise = 0}).score, 0.5);
}

TEST(Sentence, NamesConsentAndRandomWords) {
  const std::uint64_t random[kRandomWords] = {0, 1, 2, 63, 64, ~0ULL};
  const auto sentence = sentence_of(random);
  EXPECT_TRUE(sentence.starts_with("I agree that a copy of my voice"));
  EXPECT_TRUE(sentence.ends_with("window, garden, river, yesterday, window, yesterday.")) << sentence;
}

TEST(Sentence, IsMatchedByItsWords) {
  const std::uint64_t random[kRandomWords] = {3, 9, 14, 20, 33, 40};
  const auto sentence = sentence_of(random);
  EXPECT_EQ(match_of(sentence, sentence).all, 1);
  EXPECT_TRUE(match_of(sentence,
                       "i AGREE that a copy of my voice is made and answers calls, my words for today are "
                       "yellow basket father market pepper")
                  .enough());
  EXPECT_FALSE(match_of(sentence, "").enough());
  EXPECT_FALSE(match_of(sentence, "thank you for calling how can I help you today").enough());
}

TEST(Sentence, ARecordingOfAnotherDayDoesNotPass) {
  const std::uint64_t today[kRandomWords] = {1, 2, 3, 4, 5, 6};
  const std::uint64_t before[kRandomWords] = {11, 12, 13, 14, 15, 16};
  const auto match = match_of(sentence_of(today), sentence_of(before));
  EXPECT_GT(match.all, kLeastMatch);
  EXPECT_EQ(match.random, 0);
  EXPECT_FALSE(match.enough());
}

TEST(Sentence, TheOrderOfWordsCounts) {
  EXPECT_NEAR(match_of(": one two three four", "four three two one").random, 0.25, 1e-9);
  EXPECT_EQ(match_of(": one two", std::string(100'000, 'a')).random, 0);
}

}  // namespace
}  // namespace frontdesk::voices_checks
