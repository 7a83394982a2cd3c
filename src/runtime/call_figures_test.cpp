#include "runtime/call_figures.hpp"

#include <gtest/gtest.h>

namespace frontdesk::runtime {

TEST(CallFigures, TellWhatWasAgreedLast) {
  CallFigures figures;
  sip::NegotiatedMedia agreed;
  agreed.format.codec = sip::Codec::pcma;
  take_format(figures, agreed);
  EXPECT_EQ(figures.codec, "PCMA");
  EXPECT_EQ(figures.packet_ms, 20);
  EXPECT_EQ(figures.srtp, "off");
  agreed.format.codec = sip::Codec::opus;
  agreed.ptime_ms = 40;
  agreed.srtp.emplace();
  take_format(figures, agreed);
  EXPECT_EQ(figures.codec, "opus");
  EXPECT_EQ(figures.packet_ms, 40);
  EXPECT_EQ(figures.srtp, "sdes");
}

TEST(CallFigures, CountPacketsAndRateTheSound) {
  CallFigures figures;
  take_stats(figures, {});
  EXPECT_EQ(figures.loss_percent, 0);
  EXPECT_FALSE(figures.mean_opinion_score) << "nothing was heard";
  EXPECT_FALSE(figures.round_trip);
  media::MediaStats stats;
  stats.packets_in = 950;
  stats.packets_out = 1000;
  stats.expected = 1000;
  stats.lost = 50;
  stats.jitter_ms = 99;
  stats.jitter_mean_ms = 3.5;
  stats.jitter_max_ms = 21;
  stats.mean_opinion_score = 4.1;
  stats.rtcp.round_trip = base::milliseconds(31);
  take_stats(figures, stats);
  EXPECT_EQ(figures.packets_in, 950U);
  EXPECT_EQ(figures.packets_out, 1000U);
  EXPECT_EQ(figures.packets_lost, 50U);
  EXPECT_DOUBLE_EQ(figures.loss_percent, 5);
  EXPECT_EQ(figures.jitter_ms, 3.5);
  EXPECT_EQ(figures.jitter_max_ms, 21);
  EXPECT_EQ(figures.mean_opinion_score, 4.1);
  EXPECT_EQ(figures.round_trip, base::milliseconds(31));
  stats.lost = -3;  // duplicates
  take_stats(figures, stats);
  EXPECT_EQ(figures.packets_lost, 0U);
}

}  // namespace frontdesk::runtime
