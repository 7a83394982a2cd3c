#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "base/random.hpp"
#include "meter/speech_activity.hpp"
#include "meter/turn_gap.hpp"

namespace frontdesk::meter {
namespace {

using audio::Pcm;
using audio::Sample;
using base::Duration;
using base::milliseconds;

constexpr double kTolerance = 0.010;

struct Part {
  int start_ms;
  int end_ms;
};

std::size_t at_ms(int ms) {
  return audio::samples_for(ms, 8000);
}

double gauss(base::Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(2 * std::numbers::pi * random.unit());
}

/// Voice-like: harmonics of a wavering pitch, syllables four times a second, at about -20 dBFS.
void add_voice(Pcm& pcm, Part part, double pitch, double gain = 1) {
  double phase = 0;
  for (std::size_t i = at_ms(part.start_ms); i < at_ms(part.end_ms); ++i) {
    const double t = static_cast<double>(i - at_ms(part.start_ms)) / 8000;
    phase += 2 * std::numbers::pi * pitch * (1 + 0.05 * std::sin(2 * std::numbers::pi * 3 * t)) / 8000;
    double sum = 0;
    for (int harmonic = 1; harmonic <= 10; ++harmonic) sum += std::sin(harmonic * phase) / harmonic;
    const double syllables = 0.3 + 0.7 * std::abs(std::sin(2 * std::numbers::pi * 2 * t + 0.7));
    pcm[i] = static_cast<Sample>(std::clamp(pcm[i] + gain * 4000 * syllables * sum, -32000.0, 32000.0));
  }
}

void add_noise(Pcm& pcm, Part part, double dbfs, std::uint64_t seed) {
  base::Random random(seed);
  const double level = 32768 * std::pow(10, dbfs / 20);
  for (std::size_t i = at_ms(part.start_ms); i < at_ms(part.end_ms); ++i) {
    pcm[i] = static_cast<Sample>(std::clamp(pcm[i] + level * gauss(random), -32768.0, 32767.0));
  }
}

void through_g711(Pcm& pcm, audio::G711Law law) {
  for (Sample& sample : pcm) sample = audio::decode_g711(law, audio::encode_g711(law, sample));
}

Pcm voice(int length_ms, const std::vector<Part>& parts, double pitch) {
  Pcm pcm(at_ms(length_ms), 0);
  for (const Part& part : parts) add_voice(pcm, part, pitch);
  return pcm;
}

void expect_near(Duration measured, int expected_ms, const char* what) {
  EXPECT_NEAR(base::to_seconds(measured), expected_ms / 1000.0, kTolerance) << what;
}

void expect_turn(const Turn& turn, int start, int end, int reply) {
  expect_near(turn.caller_start, start, "caller start");
  expect_near(turn.caller_end, end, "caller end");
  expect_near(turn.reply_start, reply, "reply start");
  expect_near(turn.gap(), reply - end, "gap");
}

}  // namespace

TEST(SpeechActivity, FindsEdgesWithinTenMilliseconds) {
  for (const double noise : {-100.0, -60.0, -50.0}) {
    for (const int law : {0, 1, 2}) {
      auto pcm = voice(6000, {{503, 1507}, {2001, 2113}, {3333, 5017}}, 110);
      if (noise > -100) add_noise(pcm, {0, 6000}, noise, 1);
      if (law > 0) through_g711(pcm, law == 1 ? audio::G711Law::mu : audio::G711Law::a);
      const auto found = find_stretches(pcm);
      ASSERT_EQ(found.size(), 3U) << noise << " " << law;
      expect_near(found[0].start, 503, "start");
      expect_near(found[0].end, 1507, "end");
      expect_near(found[1].start, 2001, "start");
      expect_near(found[1].end, 2113, "end");
      expect_near(found[2].start, 3333, "start");
      expect_near(found[2].end, 5017, "end");
    }
  }
}

TEST(SpeechActivity, NoiseBreathsAndClicksAreNotSpeech) {
  Pcm pcm = voice(8000, {{2000, 3000}, {5000, 6000}}, 180);
  add_noise(pcm, {0, 8000}, -55, 1);
  add_noise(pcm, {3300, 3700}, -48, 2);
  add_noise(pcm, {4600, 4980}, -48, 3);
  pcm[at_ms(1000)] = 20000;
  pcm[at_ms(6400)] = -20000;
  const auto found = find_stretches(pcm);
  ASSERT_EQ(found.size(), 2U) << [&] {
    std::string all;
    for (const Stretch& stretch : found) {
      all += std::to_string(base::to_ms(stretch.start)) + ".." + std::to_string(base::to_ms(stretch.end)) + " ";
    }
    return all;
  }();
  expect_near(found[0].end, 3000, "end before a breath");
  expect_near(found[1].start, 5000, "start after a breath");
  Pcm only_noise(at_ms(10000), 0);
  add_noise(only_noise, {0, 10000}, -50, 4);
  EXPECT_TRUE(find_stretches(only_noise).empty());
}

TEST(SpeechActivity, ACreakyVoiceIsOneStretch) {
  Pcm pcm(at_ms(3000), 0);
  for (int pulse = 1000; pulse < 1960; pulse += 16) {
    for (std::size_t i = 0; i < 80; ++i) {
      const double t = static_cast<double>(i) / 8000;
      pcm[at_ms(pulse) + i] =
          static_cast<Sample>(12000 * std::exp(-t / 0.0015) * std::sin(2 * std::numbers::pi * 500 * t));
    }
  }
  add_noise(pcm, {0, 3000}, -55, 6);
  const auto found = find_stretches(pcm);
  ASSERT_EQ(found.size(), 1U);
  expect_near(found[0].start, 1000, "start");
  expect_near(found[0].end, 1951, "end");  // the last pulse begins at 1944
}

TEST(SpeechActivity, AdaptsToALouderLine) {
  Pcm pcm = voice(12000, {{8000, 9000}}, 140);
  add_noise(pcm, {0, 12000}, -42, 5);
  const auto found = find_stretches(pcm);
  ASSERT_FALSE(found.empty());
  expect_near(found.back().start, 8000, "start");
  expect_near(found.back().end, 9000, "end");
}

TEST(SpeechActivity, ShortPausesDoNotSplitAndChunkingDoesNotMatter) {
  const Pcm pcm = voice(4000, {{500, 1000}, {1200, 1700}, {2200, 2600}}, 110);
  const auto whole = find_stretches(pcm);
  ASSERT_EQ(whole.size(), 2U);
  expect_near(whole[0].end, 1700, "end");
  base::Random random(3);
  SpeechActivityMeter meter;
  for (std::size_t at = 0; at < pcm.size();) {
    const std::size_t count = std::min<std::size_t>(1 + random.below(400), pcm.size() - at);
    meter.push(audio::PcmView(pcm).subspan(at, count));
    at += count;
  }
  meter.finish();
  EXPECT_EQ(meter.take(), whole);
}

TEST(TurnGap, MeasuresRandomConversationsWithinTenMilliseconds) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    base::Random random(seed);
    std::vector<Part> caller;
    std::vector<Part> receptionist;
    struct Expected {
      int start;
      int end;
      int reply;
    };
    std::vector<Expected> expected;
    int now = 700;
    for (int turn = 0; turn < 6; ++turn) {
      Expected e{now, 0, 0};
      for (std::int64_t phrases = random.between(1, 3); phrases > 0; --phrases) {
        const int end = now + static_cast<int>(random.between(300, 1500));
        caller.push_back({now, end});
        e.end = end;
        now = end + static_cast<int>(random.between(100, 1200));
      }
      e.reply = e.end + static_cast<int>(random.between(60, 2000));
      const int reply_end = e.reply + static_cast<int>(random.between(500, 3000));
      receptionist.push_back({e.reply, reply_end});
      expected.push_back(e);
      now = reply_end + static_cast<int>(random.between(400, 1500));
    }
    Pcm heard = voice(now, caller, 100 + 5 * static_cast<double>(seed));
    Pcm said = voice(now, receptionist, 200);
    add_noise(heard, {0, now}, -50, seed);
    through_g711(heard, audio::G711Law::mu);
    through_g711(said, audio::G711Law::a);
    const auto measured = measure_conversation(heard, said);
    ASSERT_EQ(measured.turns.size(), expected.size()) << seed;
    EXPECT_TRUE(measured.barge_ins.empty()) << seed;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(measured.turns[i].kind, TurnKind::reply);
      expect_turn(measured.turns[i], expected[i].start, expected[i].end, expected[i].reply);
    }
  }
}

TEST(TurnGap, TalkOverIsNegative) {
  const auto measured = measure_conversation(voice(5000, {{500, 2500}}, 110), voice(5000, {{2200, 4000}}, 200));
  ASSERT_EQ(measured.turns.size(), 1U);
  EXPECT_EQ(measured.turns[0].kind, TurnKind::talk_over);
  expect_turn(measured.turns[0], 500, 2500, 2200);
}

TEST(TurnGap, AReplyGivenUpIsFollowedByTheRealOne) {
  const auto measured =
      measure_conversation(voice(9000, {{500, 5000}}, 110), voice(9000, {{2000, 2400}, {5300, 7000}}, 200));
  ASSERT_EQ(measured.turns.size(), 2U);
  EXPECT_EQ(measured.turns[0].kind, TurnKind::talk_over);
  expect_turn(measured.turns[0], 500, 5000, 2000);
  EXPECT_EQ(measured.turns[1].kind, TurnKind::reply);
  expect_turn(measured.turns[1], 500, 5000, 5300);
}

TEST(TurnGap, BargeInStopsAndIsAnswered) {
  // Greeting from 200; interrupted at 1500; silent at 1830; the caller goes on to 3000; reply at 3400.
  const auto measured =
      measure_conversation(voice(7000, {{1500, 3000}}, 110), voice(7000, {{200, 1830}, {3400, 5000}}, 200));
  ASSERT_EQ(measured.barge_ins.size(), 1U);
  expect_near(measured.barge_ins[0].stop(), 330, "stop");
  EXPECT_TRUE(measured.barge_ins[0].yielded);
  ASSERT_EQ(measured.turns.size(), 1U);
  expect_turn(measured.turns[0], 1500, 3000, 3400);
}

TEST(TurnGap, AShortInterruptionThatIsObeyedIsATurn) {
  const auto measured =
      measure_conversation(voice(5000, {{1500, 1800}}, 110), voice(5000, {{200, 1900}, {2300, 4000}}, 200));
  ASSERT_EQ(measured.barge_ins.size(), 1U);
  expect_near(measured.barge_ins[0].stop(), 400, "stop");
  ASSERT_EQ(measured.turns.size(), 1U);
  expect_turn(measured.turns[0], 1500, 1800, 2300);
}

TEST(TurnGap, AListenersMurmurIsNoTurn) {
  const auto measured =
      measure_conversation(voice(9000, {{1500, 1800}}, 110), voice(9000, {{200, 5000}, {5600, 7000}}, 200));
  ASSERT_EQ(measured.barge_ins.size(), 1U);
  EXPECT_FALSE(measured.barge_ins[0].yielded);
  EXPECT_TRUE(measured.turns.empty());
}

TEST(TurnGap, StreamingDecidesSoonAfterTheReplyBegins) {
  const Pcm heard = voice(5000, {{500, 1500}}, 110);
  const Pcm said = voice(5000, {{1700, 4500}}, 200);
  TurnGapMeter meter;
  Duration decided_at{0};
  for (std::size_t at = 0; at < heard.size() && decided_at == Duration(0); at += 160) {
    meter.push(audio::PcmView(heard).subspan(at, 160), audio::PcmView(said).subspan(at, 160));
    if (!meter.take().turns.empty()) decided_at = milliseconds(static_cast<int>(at / 8 + 20));
  }
  EXPECT_GE(decided_at, milliseconds(1750));
  EXPECT_LE(decided_at, milliseconds(2050));
}

TEST(TurnGap, EdgesOfARecording) {
  EXPECT_TRUE(measure_conversation({}, {}).turns.empty());
  EXPECT_TRUE(measure_conversation(voice(3000, {{0, 3000}}, 110), {}).turns.empty());
  const auto cut = measure_conversation(voice(2000, {{300, 1000}}, 110), voice(1700, {{1300, 1700}}, 200));
  ASSERT_EQ(cut.turns.size(), 1U);
  expect_near(cut.turns[0].gap(), 300, "gap");
}

TEST(TurnGap, OtherSampleRates) {
  const Pcm heard = voice(4000, {{1000, 2000}}, 110);  // the same samples at twice the rate: half the time
  const Pcm said = voice(4000, {{2600, 3600}}, 200);
  const auto measured = measure_conversation(heard, said, 16000);
  ASSERT_EQ(measured.turns.size(), 1U);
  expect_turn(measured.turns[0], 500, 1000, 1300);
}

}  // namespace frontdesk::meter
