#include "rtp/receiver_statistics.hpp"

#include <gtest/gtest.h>

#include "rtp/sequence.hpp"

namespace frontdesk::rtp {
namespace {

using base::milliseconds;

Header numbered(std::uint32_t index) {
  return {false, 0, static_cast<std::uint16_t>(index), index * 160, 1};
}

base::Instant at_ms(std::int64_t ms) {
  return base::Instant{milliseconds(ms)};
}

}  // namespace

TEST(Unwrapper, FollowsWrapsBothWays) {
  SequenceUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap(65534), 65534);
  EXPECT_EQ(unwrapper.unwrap(1), 65537);
  EXPECT_EQ(unwrapper.unwrap(65535), 65535);
  EXPECT_EQ(unwrapper.newest(), 65537);
  TimestampUnwrapper timestamps;
  timestamps.unwrap(0xffffff00);
  EXPECT_EQ(timestamps.unwrap(0x40), 0x100000040);
}

TEST(ReceiverStatistics, CountsAcrossTheWrap) {
  ReceiverStatistics statistics;
  for (std::uint32_t i = 65000; i < 66000; ++i) {
    if (i % 10 != 3) statistics.on_packet(numbered(i), at_ms(20 * i));
  }
  EXPECT_EQ(statistics.expected(), 1000U);
  EXPECT_EQ(statistics.lost(), 100);
  EXPECT_EQ(statistics.extended_highest_sequence(), 65999U);
  EXPECT_NEAR(statistics.jitter_ms(), 0, 0.2);
}

TEST(ReceiverStatistics, FractionLostIsSinceTheLastReport) {
  ReceiverStatistics statistics;
  for (std::uint32_t i = 0; i < 100; ++i) statistics.on_packet(numbered(i), at_ms(20 * i));
  EXPECT_EQ(statistics.take_fraction_lost(), 0);
  for (std::uint32_t i = 100; i < 200; ++i) {
    if (i % 2 == 1) statistics.on_packet(numbered(i), at_ms(20 * i));
  }
  EXPECT_EQ(statistics.take_fraction_lost(), 128);
  EXPECT_EQ(statistics.take_fraction_lost(), 0);
}

// Alternating delays of 0 and 10 ms differ by 10 ms each time: J converges to 10 ms (RFC 3550, A.8).
TEST(ReceiverStatistics, JitterConvergesToTheMeanDifference) {
  ReceiverStatistics statistics;
  for (std::uint32_t i = 0; i < 500; ++i) statistics.on_packet(numbered(i), at_ms(20 * i + (i % 2) * 10));
  EXPECT_NEAR(statistics.jitter_ms(), 10, 0.2);
}

TEST(ReceiverStatistics, KeepsTheMeanAndTheGreatestJitter) {
  ReceiverStatistics statistics;
  EXPECT_EQ(statistics.jitter_mean_ms(), 0);
  std::uint32_t index = 0;
  const auto feed = [&](int count, std::int64_t wobble_ms) {
    for (int i = 0; i < count; ++i, ++index)
      statistics.on_packet(numbered(index), at_ms(1000 + std::int64_t{index} * 20 + (i % 2) * wobble_ms));
  };
  feed(200, 16);
  feed(600, 0);
  EXPECT_NEAR(statistics.jitter_max_ms(), 16, 0.5);
  EXPECT_LT(statistics.jitter_ms(), 0.1) << "the line is quiet now";
  EXPECT_GT(statistics.jitter_mean_ms(), 2);
  EXPECT_LT(statistics.jitter_mean_ms(), 6);
}

TEST(ReceiverStatistics, BelievesAJumpAtTheSecondPacket) {
  ReceiverStatistics statistics;
  for (std::uint32_t i = 0; i < 10; ++i) statistics.on_packet(numbered(i), at_ms(20 * i));
  statistics.on_packet(numbered(30000), at_ms(200));
  EXPECT_EQ(statistics.expected(), 10U);
  for (std::uint32_t i = 30001; i < 30011; ++i) statistics.on_packet(numbered(i), at_ms(220));
  EXPECT_EQ(statistics.expected(), 20U);
  EXPECT_EQ(statistics.lost(), 0);
}

}  // namespace frontdesk::rtp
