#include "runtime/call_quality.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontdesk::runtime {
namespace {

using codec::Codec;
using testing::StartsWith;

/// A call of which each window of 5 s loses `percent` of its packets.
struct Bench {
  explicit Bench(std::vector<Codec> common) {
    sip::NegotiatedMedia agreed;
    agreed.format.codec = common.back();
    agreed.common = std::move(common);
    quality.on_agreed(agreed);
    (void)quality.judge(stats, now);
  }
  CallQuality::Advice window(int percent) {
    stats.played_frames += 250;
    stats.concealed_frames += static_cast<std::uint64_t>(250 * percent / 100);
    stats.loss_bursts += static_cast<std::uint64_t>(200 * percent / 100);
    now = now + adaptation::kWindow;
    return quality.judge(stats, now);
  }
  CallQuality quality;
  media::MediaStats stats;
  base::Instant now{base::seconds(100)};
};

TEST(CallQuality, TellsTheScoreOfEachWindow) {
  Bench bench({Codec::pcma});
  const auto good = bench.window(0);
  ASSERT_EQ(good.remarks.size(), 1U);
  EXPECT_THAT(good.remarks[0], StartsWith("# quality mos=4."));
  EXPECT_FALSE(bench.quality.due(bench.now + base::seconds(4)));
  EXPECT_TRUE(bench.quality.due(bench.now + base::seconds(5)));
  bench.window(10);
  EXPECT_LT(bench.quality.latest()->mean_opinion_score, 4);
  EXPECT_EQ(bench.quality.summary().windows, 2U);
}

TEST(CallQuality, ABadLineIsSparedAndThenRecoded) {
  Bench bench({Codec::opus, Codec::pcma});
  EXPECT_FALSE(bench.window(15).sending);
  const auto spared = bench.window(15);
  ASSERT_TRUE(spared.sending);
  EXPECT_EQ(spared.sending->packet_ms, 40);
  EXPECT_EQ(bench.quality.sending(), *spared.sending);
  EXPECT_THAT(spared.remarks.at(1), StartsWith("# adapt loss="));
  bench.window(15);
  const auto recoded = bench.window(15);
  ASSERT_TRUE(recoded.recoding);
  EXPECT_EQ(recoded.recoding->preferred, (std::vector{Codec::opus}));
  // The peer agrees: the line is still what it was, and what is sent over it as spare as before.
  sip::NegotiatedMedia agreed;
  agreed.format.codec = Codec::opus;
  agreed.common = {Codec::opus, Codec::pcma};
  bench.quality.on_agreed(agreed);
  bench.quality.on_recoded(200);
  EXPECT_EQ(bench.quality.sending().bit_rate, codec::kCongestedBitRate);
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(bench.window(15).recoding);
}

}  // namespace
}  // namespace frontdesk::runtime
