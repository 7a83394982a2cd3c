#include "rtp/rtcp.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hpp"
#include "rtp/packet.hpp"
#include "rtp/rtcp_session.hpp"

namespace frontdesk::rtp {
namespace {

using base::Instant;
using base::milliseconds;
using Datagram = std::vector<std::uint8_t>;

Datagram written(const Report& report, std::string_view cname = "a1b2c3") {
  Datagram bytes(kMaxRtcpBytes);
  bytes.resize(write_report(report, cname, bytes));
  return bytes;
}

TEST(Rtcp, AReportComesBackAsWritten) {
  for (const bool by_sender : {true, false}) {
    for (const std::size_t blocks : {0U, 1U}) {
      Report report;
      report.ssrc = 0xdeadbeef;
      if (by_sender) report.sender = SenderInfo{0x123456789abcdef0, 77, 1000, 160'000};
      report.blocks[0] = {0x1234, 64, -3, 0x10005, 123, 0x56789abc, 65'536};
      report.block_count = blocks;
      for (const std::string_view cname : {"", "a", "ab", "abc", "abcd"}) {
        const auto bytes = written(report, cname);
        ASSERT_EQ(bytes.size() % 4, 0U);
        EXPECT_TRUE(looks_like_rtcp(bytes));
        const auto back = parse_rtcp(bytes);
        ASSERT_TRUE(back) << name(back.error());
        EXPECT_EQ(back->ssrc, report.ssrc);
        EXPECT_EQ(back->sender, report.sender);
        ASSERT_EQ(back->block_count, blocks);
        if (blocks > 0) {
          EXPECT_EQ(back->blocks[0], report.blocks[0]);
        }
        EXPECT_FALSE(back->bye);
      }
    }
  }
}

TEST(Rtcp, BytesOfAReceiverReport) {
  Report report;
  report.ssrc = 1;
  EXPECT_EQ(written(report, "xy"), (Datagram{0x80, 201, 0, 1, 0, 0, 0, 1,  //
                                             0x81, 202, 0, 3, 0, 0, 0, 1, 1, 2, 'x', 'y', 0, 0, 0, 0}));
}

TEST(Rtcp, ABufferTooSmallIsNotWritten) {
  Datagram bytes(20);
  EXPECT_EQ(write_report({}, "0123456789", bytes), 0U);
  // The longest that is ever written fits the room given to it.
  Report longest;
  longest.sender = SenderInfo{};
  longest.block_count = 1;
  EXPECT_GT(written(longest, std::string(300, 'x')).size(), 100U);
}

TEST(Rtcp, FaultsAreNamed) {
  const auto fault = [](Datagram bytes) { return parse_rtcp(bytes).error(); };
  EXPECT_EQ(fault({}), RtcpFault::too_short);
  EXPECT_EQ(fault({0x80, 201, 0}), RtcpFault::too_short);
  EXPECT_EQ(fault({0x40, 201, 0, 0}), RtcpFault::wrong_version);
  EXPECT_EQ(fault({0x80, 201, 0, 9, 0, 0, 0, 0}), RtcpFault::bad_length);
  EXPECT_EQ(fault({0x81, 201, 0, 1, 0, 0, 0, 0}), RtcpFault::truncated_report);
  EXPECT_EQ(fault({0x80, 200, 0, 1, 0, 0, 0, 0}), RtcpFault::truncated_report);
  EXPECT_EQ(fault({0x80, 201, 0, 0}), RtcpFault::truncated_report);
  EXPECT_EQ(fault({0xa0, 201, 0, 1, 0, 0, 0, 99}), RtcpFault::bad_padding);
  EXPECT_EQ(fault({0xa0, 203, 0, 0}), RtcpFault::bad_padding);
  EXPECT_TRUE(parse_rtcp(Datagram{0x80, 203, 0, 0})->bye);
}

TEST(Rtcp, GarbageDoesNoHarm) {
  base::Random random(4);
  RtcpSession session(7, 8000, "x");
  Report good;
  good.ssrc = 9;
  good.sender = SenderInfo{1, 2, 3, 4};
  good.block_count = 1;
  const auto whole = written(good);
  int parsed = 0;
  for (int i = 0; i < 200'000; ++i) {
    Datagram bytes = whole;
    if (random.chance(0.5)) {
      bytes.resize(random.below(120));
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    } else {
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.next());
      bytes.resize(random.below(bytes.size() + 1));
    }
    parsed += parse_rtcp(bytes).has_value() ? 1 : 0;
    session.on_datagram(bytes, Instant{base::seconds(i)});
  }
  EXPECT_GT(parsed, 100);
  EXPECT_EQ(session.figures().received, static_cast<std::uint64_t>(parsed));
  EXPECT_EQ(session.figures().malformed, static_cast<std::uint64_t>(200'000 - parsed));
}

/// Two ends of a line with 40 ms there and 70 ms back.
TEST(RtcpSession, LossJitterAndRoundTripReachTheOtherEnd) {
  RtcpSession a(1, 8000, "a"), b(2, 8000, "b");
  ReceiverStatistics at_a, at_b;
  base::Random random(1);
  struct InFlight {
    Instant due;
    bool to_b;
    Datagram bytes;
  };
  std::vector<InFlight> flying;
  int reports = 0;
  std::vector<base::Duration> gaps;
  Instant last{};
  for (int tick = 0; tick < 3000; ++tick) {
    const Instant now{base::seconds(50) + milliseconds(20) * tick};
    const auto count = static_cast<std::uint16_t>(tick);
    a.on_packet_sent(160);
    b.on_packet_sent(160);
    if (tick % 10 != 0) at_b.on_packet({false, 0, count, count * 160U, 1}, now);
    at_a.on_packet({false, 0, count, count * 160U, 2}, now);
    Datagram out(kMaxRtcpBytes);
    if (const auto size = a.poll({count * 160U, 2, at_a}, now, out)) {
      flying.push_back({now + milliseconds(40), true, Datagram(out.begin(), out.begin() + static_cast<long>(size))});
      if (++reports > 1) gaps.push_back(now - last);
      last = now;
    }
    if (const auto size = b.poll({count * 160U, 1, at_b}, now, out))
      flying.push_back({now + milliseconds(70), false, Datagram(out.begin(), out.begin() + static_cast<long>(size))});
    for (auto& each : flying) {
      if (each.due > now || each.bytes.empty()) continue;
      (each.to_b ? b : a).on_datagram(each.bytes, each.due);
      each.bytes.clear();
    }
  }
  EXPECT_NEAR(static_cast<double>(reports), 12, 4);
  for (const auto gap : gaps) {
    EXPECT_GE(gap, milliseconds(2480));
    EXPECT_LE(gap, milliseconds(7540));
  }
  ASSERT_TRUE(a.figures().round_trip);
  EXPECT_NEAR(base::to_seconds(*a.figures().round_trip), 0.110, 0.001);
  EXPECT_NEAR(base::to_seconds(*b.figures().round_trip), 0.110, 0.001);
  EXPECT_NEAR(*a.figures().peer_loss, 0.1, 0.01);
  EXPECT_EQ(*b.figures().peer_loss, 0);
}

TEST(RtcpSession, ReportsOnOthersOrOfUnknownTimesAreNotBelieved) {
  RtcpSession session(1, 8000, "a");
  Report report;
  report.ssrc = 2;
  report.block_count = 1;
  report.blocks[0] = {99, 255, 5, 6, 7, 8, 9};
  session.on_datagram(written(report), Instant{base::seconds(60)});
  EXPECT_FALSE(session.figures().peer_loss);
  report.blocks[0].ssrc = 1;
  session.on_datagram(written(report), Instant{base::seconds(60)});
  EXPECT_TRUE(session.figures().peer_loss);
  EXPECT_FALSE(session.figures().round_trip);
}

TEST(RtcpSession, WhoSendsNothingReportsAsReceiver) {
  RtcpSession session(1, 8000, "a");
  ReceiverStatistics statistics;
  Datagram out(kMaxRtcpBytes);
  std::size_t size = 0;
  for (int i = 0; size == 0 && i < 1000; ++i)
    size = session.poll({0, std::nullopt, statistics}, Instant{milliseconds(20) * i}, out);
  ASSERT_GT(size, 0U);
  EXPECT_EQ(out[1], 201);
}

}  // namespace
}  // namespace frontdesk::rtp
