#include <gtest/gtest.h>

#include <algorithm>

#include "media/session_pair_test.hpp"
#include "rtp/telephone_event.hpp"

namespace frontdesk::media {

std::uint64_t allocations_so_far();  // allocation_count_test.cpp

namespace {

using namespace test;

struct CodecCase {
  Codec codec;
  int packet_ms;
};

class EveryCodec : public testing::TestWithParam<CodecCase> {};

std::vector<CodecCase> codec_cases() {
  std::vector<CodecCase> cases;
  for (const Codec codec : codec::kAllCodecs) {
    for (const int ms : {10, 20, 30, 40, 50, 60}) {
      if (codec::packet_ms(codec, ms) == ms) cases.push_back({codec, ms});
    }
  }
  return cases;
}
INSTANTIATE_TEST_SUITE_P(Session, EveryCodec, testing::ValuesIn(codec_cases()), [](const auto& each) {
  return std::string(codec::traits(each.param.codec).encoding) + "_" + std::to_string(each.param.packet_ms);
});

TEST_P(EveryCodec, CarriesSoundBothWays) {
  const auto [codec, packet_ms] = GetParam();
  auto pair = SessionPair::of(codec, packet_ms);
  pair.talk(250);
  for (const auto* end : {&pair.left, &pair.right}) {
    const auto settled = audio::PcmView(end->heard).subspan(100 * 160, 100 * 160);
    EXPECT_GT(purity(settled), 0.9);
    EXPECT_NEAR(audio::rms_dbfs(settled), audio::rms_dbfs(tone(8000)), 1.0);
    const auto stats = end->session.stats();
    EXPECT_EQ(stats.lost, 0);
    EXPECT_EQ(stats.malformed, 0U);
    EXPECT_LE(stats.concealed_frames, 2U);
    EXPECT_NEAR(static_cast<double>(stats.packets_out), 250.0 * 20 / packet_ms, 1);
    EXPECT_LT(stats.jitter_ms, 12);
    EXPECT_LE(stats.playout_delay, milliseconds(40 + packet_ms));
    EXPECT_GT(stats.mean_opinion_score, 4.0);
  }
}

TEST_P(EveryCodec, TimestampsAndSequenceRunOnThroughSpeechAndDigits) {
  const auto [codec, packet_ms] = GetParam();
  auto pair = SessionPair::of(codec, packet_ms);
  const auto clock = codec::traits(codec).clock_rate;
  std::vector<rtp::Header> headers;
  pair.on_wire = [&](const auto& wire) {
    const auto packet = rtp::parse_packet(wire);
    if (packet && packet->header.ssrc == 1) headers.push_back(packet->header);
    return true;
  };
  pair.talk(40);
  EXPECT_EQ(pair.left.session.send_digits("12#"), 3U);
  pair.talk(60);
  pair.ticks(10);
  ASSERT_GT(headers.size(), 30U);
  std::string digits;
  for (const auto& event : pair.right.events) {
    if (const auto* pressed = std::get_if<DigitPressed>(&event)) digits += pressed->digit;
  }
  EXPECT_EQ(digits, "12#");
  std::optional<std::uint32_t> audio_end;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto expected = static_cast<std::uint16_t>(headers[0].sequence + i);
    ASSERT_EQ(headers[i].sequence, expected);
    if (headers[i].payload_type == kEventType) continue;
    // Packets follow on without overlap; gaps only where digits were sent.
    const std::uint32_t length = clock / 1000 * static_cast<std::uint32_t>(packet_ms);
    ASSERT_LT(headers[i].timestamp - audio_end.value_or(headers[i].timestamp), clock);
    audio_end = headers[i].timestamp + length;
  }
}

TEST_P(EveryCodec, NothingIsAllocatedOnTheMediaPath) {
  const auto [codec, packet_ms] = GetParam();
  auto config = config_of(codec, kPeer, 1, packet_ms);
  MediaSession session(config), peer(config_of(codec, kBehindNat, 2, packet_ms));
  session.play(1, tone(16'000));
  session.send_digits("15");
  base::Random random(2);
  Instant now{base::seconds(9)};
  const std::uint64_t before = allocations_so_far();
  for (int i = 0; i < 500; ++i) {
    now = now + milliseconds(20);
    const auto theirs = peer.tick(now);
    for (const auto wire : {theirs.packet, theirs.second_packet, theirs.rtcp}) {
      if (!wire.empty() && !random.chance(0.1)) session.on_datagram(wire, kPeer, now);
    }
    const auto ours = session.tick(now);
    if (!ours.rtcp.empty()) peer.on_datagram(ours.rtcp, kBehindNat, now);
  }
  EXPECT_EQ(allocations_so_far() - before, 0U);
  EXPECT_GT(session.stats().packets_in, 100U);
}

TEST_P(EveryCodec, FivePercentLossIsConcealed) {
  const auto [codec, packet_ms] = GetParam();
  auto pair = SessionPair::of(codec, packet_ms);
  base::Random random(7);
  pair.on_wire = [&](const auto&) { return !random.chance(0.05); };
  pair.talk(500);
  for (const auto* end : {&pair.left, &pair.right}) {
    const auto stats = end->session.stats();
    EXPECT_GT(stats.lost, 0);
    EXPECT_GT(stats.concealed_frames, 5U);
    EXPECT_GT(purity_of_frames(audio::PcmView(end->heard).subspan(100 * 160, 300 * 160)), 0.85);
    int silent = 0;
    for (std::size_t at = 100 * 160; at < 400 * 160; at += 160) {
      silent += audio::rms_dbfs(audio::PcmView(end->heard).subspan(at, 160)) < -50 ? 1 : 0;
    }
    // Some bursts of two long packets outlast what can be invented.
    EXPECT_LE(silent, packet_ms > 30 ? 12 : 3);
    EXPECT_LT(stats.mean_opinion_score, 4.4);
    EXPECT_GT(stats.mean_opinion_score, 2.0);
  }
}

TEST(SessionCodec, PayloadTypesMayDifferBetweenTheDirections) {
  auto left = config_of(Codec::opus, kRight, 1);
  auto right = config_of(Codec::opus, kLeft, 2);
  // Crossed over: what one calls Opus the other calls digits.
  left.parameters.payload_type = 96;
  left.parameters.telephone_event_payload_type = 97;
  left.parameters.receive_payload_type = 97;
  left.parameters.receive_telephone_event_payload_type = 96;
  right.parameters.payload_type = 97;
  right.parameters.telephone_event_payload_type = 96;
  right.parameters.receive_payload_type = 96;
  right.parameters.receive_telephone_event_payload_type = 97;
  SessionPair pair(left, right);
  pair.left.session.send_digits("7");
  pair.talk(100);
  EXPECT_GT(purity(audio::PcmView(pair.left.heard).subspan(40 * 160, 30 * 160)), 0.9);
  EXPECT_GT(purity(audio::PcmView(pair.right.heard).subspan(40 * 160, 30 * 160)), 0.9);
  EXPECT_NE(std::find(pair.right.events.begin(), pair.right.events.end(), MediaEvent{DigitPressed{'7'}}),
            pair.right.events.end());
}

TEST(SessionCodec, AReinviteChangesTheCodecInMidCall) {
  auto pair = SessionPair::of(Codec::pcmu);
  pair.talk(50);
  for (const Codec codec : {Codec::opus, Codec::g722, Codec::pcma, Codec::opus, Codec::pcmu}) {
    pair.left.session.reconfigure(config_of(codec, kRight, 1, 40).parameters, pair.now);
    pair.right.session.reconfigure(config_of(codec, kLeft, 2, 40).parameters, pair.now);
    pair.talk(100);
    for (const auto* end : {&pair.left, &pair.right}) {
      EXPECT_GT(purity(audio::PcmView(end->heard).last(50 * 160).first(40 * 160)), 0.9)
          << codec::traits(codec).encoding;
    }
  }
}

TEST(SessionCodec, ComfortNoiseIsHeardAtItsLevelUntilSpeechComesAgain) {
  Bench bench;
  bench.talk(30);
  bench.session.on_datagram(
      bench.packet({false, 13, bench.sequence++, bench.timestamp += 160, bench.ssrc}, std::vector<std::uint8_t>{50}),
      kPeer, bench.now);
  bench.ticks(60);
  EXPECT_NEAR(audio::rms_dbfs(audio::PcmView(bench.heard).last(40 * 160)), -50, 1);
  bench.timestamp += 60 * 160;
  bench.talk(30);
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(10 * 160)));
  bench.ticks(60);
  EXPECT_EQ(audio::peak(audio::PcmView(bench.heard).last(10 * 160)), 0);
}

TEST(Session, SendsAsTheLineIs) {
  for (const Codec codec : {Codec::opus, Codec::pcma}) {
    auto config = config_for(kPeer, codec);
    config.parameters.payload_type = 111;
    Bench bench(config);
    const auto bytes_of = [&](int ticks) {
      std::size_t packets = 0, bytes = 0;
      for (int i = 0; i < ticks; ++i) {
        bench.session.play(1, tone(160));
        const auto packet = bench.tick().packet;
        packets += packet.empty() ? 0 : 1;
        bytes += packet.size();
      }
      return std::pair(packets, bytes);
    };
    const auto usual = bytes_of(100);
    EXPECT_EQ(usual.first, 100U);
    bench.session.adapt({25, codec::kCongestedBitRate, 40});
    const auto spared = bytes_of(100);
    EXPECT_EQ(spared.first, 50U);
    EXPECT_LT(spared.second, usual.second);
    bench.session.adapt({});
    EXPECT_EQ(bytes_of(100).first, 100U);
  }
}

}  // namespace
}  // namespace frontdesk::media
