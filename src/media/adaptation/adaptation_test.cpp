#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "media/adaptation/codec_policy.hpp"

namespace frontdesk::adaptation {
namespace {

using codec::Codec;
using testing::HasSubstr;

constexpr auto kAll = {Codec::opus, Codec::g722, Codec::pcma, Codec::pcmu};

WindowQuality window(double loss, double jitter_ms = 5, double opinion = 0) {
  WindowQuality out;
  out.loss = loss;
  out.jitter_ms = jitter_ms;
  out.mean_opinion_score = opinion > 0 ? opinion : 4.3 - 20 * loss;
  return out;
}

/// A policy with its clock.
struct Bench {
  explicit Bench(Codec codec, std::vector<Codec> common = kAll, int packet_ms = 20, int longest_ms = 60) {
    policy.on_agreed(codec, std::move(common), packet_ms, longest_ms);
  }
  std::optional<Decision> next(const WindowQuality& quality) {
    now = now + kWindow;
    return policy.on_window(quality, now);
  }
  /// How many decisions `count` such windows bring; the newest is kept.
  int windows(int count, const WindowQuality& quality) {
    int decisions = 0;
    for (int i = 0; i < count; ++i) {
      if (auto decision = next(quality)) {
        ++decisions;
        newest = *decision;
      }
    }
    return decisions;
  }
  CodecPolicy policy;
  base::Instant now{base::seconds(10)};
  Decision newest;
};

TEST(CodecPolicy, AGoodLineIsLeftAlone) {
  Bench bench(Codec::opus);
  EXPECT_EQ(bench.windows(1000, window(0.005, 30)), 0);
}

TEST(CodecPolicy, OneBadWindowIsNotEnough) {
  Bench bench(Codec::opus);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(bench.next(window(0.2)));
    EXPECT_FALSE(bench.next(window(0)));
  }
}

TEST(CodecPolicy, LossBringsRedundancyAndHeavyLossSpares) {
  Bench bench(Codec::opus);
  EXPECT_FALSE(bench.next(window(0.05)));
  const auto lossy = bench.next(window(0.05));
  ASSERT_TRUE(lossy && lossy->sending);
  EXPECT_EQ(*lossy->sending, (codec::SendingProfile{20, codec::kUsualBitRate, 20}));
  EXPECT_THAT(lossy->reason, HasSubstr("loss=5.0%"));
  EXPECT_THAT(lossy->reason, HasSubstr("line lossy"));
  EXPECT_EQ(bench.windows(2, window(0.12)), 1);
  EXPECT_EQ(*bench.newest.sending, (codec::SendingProfile{25, codec::kCongestedBitRate, 40}));
  EXPECT_EQ(bench.windows(50, window(0.12)), 0);  // from Opus there is nowhere to go
}

TEST(CodecPolicy, PacketsAreNoLongerThanThePeerTakes) {
  Bench bench(Codec::opus, kAll, 20, 30);
  bench.windows(2, window(0.12));
  EXPECT_EQ(bench.newest.sending->packet_ms, 30);
}

TEST(CodecPolicy, LossWithJitterIsCongestion) {
  Bench bench(Codec::opus);
  EXPECT_EQ(bench.windows(2, window(0.04, 60)), 1);
  EXPECT_EQ(bench.policy.line(), Line::congested);
}

TEST(CodecPolicy, WhatThePeerHearsCountsAsMuch) {
  Bench bench(Codec::opus);
  auto quality = window(0);
  quality.peer_loss = 0.06;
  EXPECT_EQ(bench.windows(2, quality), 1);
  EXPECT_EQ(bench.policy.line(), Line::lossy);
}

TEST(CodecPolicy, TheWayBackTakesHalfAMinuteOfGoodWindows) {
  Bench bench(Codec::opus);
  bench.windows(2, window(0.05));
  EXPECT_EQ(bench.windows(5, window(0.002)), 0);
  EXPECT_EQ(bench.windows(1, window(0.02)), 0);  // in between: counts anew
  EXPECT_EQ(bench.windows(5, window(0.002)), 0);
  EXPECT_EQ(bench.windows(1, window(0.002)), 1);
  EXPECT_EQ(*bench.newest.sending, codec::SendingProfile{});
}

TEST(CodecPolicy, AWorseLineGetsTheMostRobustCodecInCommon) {
  Bench both(Codec::g722);
  EXPECT_EQ(both.windows(4, window(0.06, 10, 3.0)), 2);  // first the line, then the codec
  ASSERT_TRUE(both.newest.recoding);
  EXPECT_EQ(*both.newest.recoding, (Recoding{{Codec::opus}, 20}));
  EXPECT_THAT(both.newest.reason, HasSubstr("to opus"));

  Bench no_opus(Codec::g722, {Codec::g722, Codec::pcma});
  no_opus.windows(4, window(0.06, 10, 3.0));
  EXPECT_EQ(no_opus.newest.recoding, (Recoding{{Codec::pcma}, 40}));

  Bench alone(Codec::g722, {Codec::g722});
  alone.windows(20, window(0.06, 10, 3.0));
  EXPECT_FALSE(alone.newest.recoding);

  Bench g711(Codec::pcma, {Codec::pcma, Codec::pcmu});
  g711.windows(20, window(0.06, 10, 3.0));
  EXPECT_FALSE(g711.newest.recoding);
}

TEST(CodecPolicy, LossThatIsHardlyHeardMovesNoCodec) {
  Bench bench(Codec::g722);
  bench.windows(50, window(0.04, 10, 3.9));
  EXPECT_FALSE(bench.newest.recoding);
}

TEST(CodecPolicy, ARefusalIsFinal) {
  Bench bench(Codec::pcma);
  bench.windows(4, window(0.06, 10, 3.0));
  ASSERT_TRUE(bench.newest.recoding);
  bench.policy.on_recoded(488);
  bench.newest = {};
  bench.windows(100, window(0.06, 10, 3.0));
  EXPECT_FALSE(bench.newest.recoding);
}

TEST(CodecPolicy, NeverMoreThanTwoRecodingsAndNeverSoon) {
  Bench bench(Codec::pcma);
  std::vector<base::Instant> recoded;
  for (int i = 0; i < 200; ++i) {
    const auto decision = bench.next(window(0.06, 10, 3.0));
    if (decision && decision->recoding) recoded.push_back(bench.now);  // the peer stays with what it has
  }
  ASSERT_EQ(recoded.size(), 2U);
  EXPECT_GE(recoded[1] - recoded[0], kRecodingPause);
}

/// Whatever the line does, it is not answered with a change at every turn.
TEST(CodecPolicy, RestlessLinesDoNotMakeItRestless) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    base::Random random(seed);
    Bench bench(Codec::g722);
    int decisions = 0;
    for (int i = 0; i < 720; ++i)
      decisions += bench.next(window(0.15 * random.unit() * random.unit(), 80 * random.unit())) ? 1 : 0;
    EXPECT_LT(decisions, 40) << seed;  // in an hour
  }
}

media::MediaStats stats(std::uint64_t frames, std::uint64_t concealed, std::uint64_t bursts) {
  media::MediaStats out;
  out.played_frames = frames;
  out.concealed_frames = concealed;
  out.loss_bursts = bursts;
  out.playout_delay = base::milliseconds(40);
  return out;
}

TEST(QualityWindows, EachHasItsOwnScore) {
  QualityWindows windows;
  const auto at = [](int s) { return base::Instant{base::seconds(s)}; };
  EXPECT_FALSE(windows.push(stats(0, 0, 0), Codec::pcma, 20, at(0)));
  EXPECT_FALSE(windows.push(stats(100, 0, 0), Codec::pcma, 20, at(2)));
  const auto good = windows.push(stats(250, 0, 0), Codec::pcma, 20, at(5));
  ASSERT_TRUE(good);
  EXPECT_GT(good->mean_opinion_score, 4.3);
  const auto bad = windows.push(stats(500, 25, 20), Codec::pcma, 20, at(10));
  ASSERT_TRUE(bad);
  EXPECT_DOUBLE_EQ(bad->loss, 0.1);
  EXPECT_LT(bad->mean_opinion_score, 4.0);
  const auto again = windows.push(stats(750, 25, 20), Codec::pcma, 20, at(15));
  ASSERT_TRUE(again);
  EXPECT_DOUBLE_EQ(again->mean_opinion_score, good->mean_opinion_score);
  const auto silent = windows.push(stats(750, 25, 20), Codec::pcma, 20, at(20));
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->mean_opinion_score, 0);
  EXPECT_EQ(windows.summary().windows, 3U);
  EXPECT_DOUBLE_EQ(windows.summary().lowest, bad->mean_opinion_score);
  EXPECT_NEAR(windows.summary().mean, (2 * good->mean_opinion_score + bad->mean_opinion_score) / 3, 1e-9);
}

}  // namespace
}  // namespace frontdesk::adaptation
