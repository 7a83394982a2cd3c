#include <gtest/gtest.h>

#include <deque>

#include "media/session_pair_test.hpp"
#include "rtp/rtcp.hpp"

namespace frontdesk::media {
namespace {

using namespace test;

TEST(SessionRtcp, ReportsGoToThePortAfterRtpsUnlessItIsShared) {
  auto config = config_of(Codec::pcmu, kPeer, 1);
  const auto report_target = [](const MediaSessionConfig& with, const Endpoint& talks_from = kPeer) {
    Bench bench(with);
    for (int i = 0; i < 600; ++i) {
      bench.receive(talks_from);
      const auto tick = bench.tick();
      if (!tick.rtcp.empty()) return tick.rtcp_to;
    }
    return Endpoint{};
  };
  Endpoint expected = kPeer;
  expected.port = 4001;
  EXPECT_EQ(report_target(config), expected);
  expected = *base::parse_endpoint("192.0.2.99:7777");
  config.parameters.rtcp_remote = expected;
  EXPECT_EQ(report_target(config), expected);
  // Behind a NAT the signalled place is not to be reached.
  config.parameters.remote = Endpoint{};
  config.parameters.rtcp_remote = Endpoint{};
  expected = kBehindNat;
  expected.port = 31001;
  EXPECT_EQ(report_target(config, kBehindNat), expected);
  config.parameters.remote = kPeer;
  config.parameters.rtcp_mux = true;
  EXPECT_EQ(report_target(config), kPeer);
}

TEST(SessionRtcp, FiguresOfBothEnds) {
  auto pair = SessionPair::of(Codec::opus);
  base::Random random(1);
  pair.on_wire = [&](const auto& wire) { return rtp::looks_like_rtcp(wire) || wire[11] != 1 || !random.chance(0.1); };
  pair.talk(3000);
  const auto left = pair.left.session.stats(), right = pair.right.session.stats();
  EXPECT_GE(left.rtcp.received, 8U);
  EXPECT_GE(right.rtcp.sent, 8U);
  ASSERT_TRUE(left.rtcp.peer_loss && right.rtcp.peer_loss);
  EXPECT_NEAR(*left.rtcp.peer_loss, 0.1, 0.06);
  EXPECT_EQ(*right.rtcp.peer_loss, 0);
  EXPECT_GT(left.mean_opinion_score, right.mean_opinion_score);
}

TEST(SessionRtcp, StrangersGarbageAndByesChangeNothing) {
  auto pair = SessionPair::of(Codec::pcmu);
  pair.talk(20);
  base::Random random(8);
  for (int i = 0; i < 10'000; ++i) {
    std::vector<std::uint8_t> bytes(2 + random.below(80));
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    bytes[0] = static_cast<std::uint8_t>(0x80 | (bytes[0] & 0x3f));
    bytes[1] = static_cast<std::uint8_t>(200 + random.below(8));
    pair.left.session.on_datagram(bytes, i % 2 == 0 ? kStranger : kRight, pair.now);
    pair.left.session.on_rtcp_datagram(bytes, i % 2 == 0 ? kStranger : kRight, pair.now);
  }
  pair.left.session.on_datagram(std::vector<std::uint8_t>{0x81, 203, 0, 1, 0, 0, 0, 2}, kRight, pair.now);
  pair.talk(50);
  EXPECT_EQ(pair.left.session.stats().foreign, 10'000U);
  EXPECT_GT(pair.left.session.stats().rtcp.malformed, 5000U);
  EXPECT_EQ(pair.left.session.remote(), kRight);
  EXPECT_GT(purity(audio::PcmView(pair.left.heard).last(30 * 160)), 0.9);
}

}  // namespace
}  // namespace frontdesk::media
