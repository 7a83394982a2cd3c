#include "media/session.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "media/digits/tones.hpp"
#include "media/session_bench_test.hpp"
#include "rtp/telephone_event.hpp"

namespace frontdesk::media {

std::uint64_t allocations_so_far();  // allocation_count_test.cpp

namespace {

using namespace test;

TEST(Session, SendsAContinuousStreamFromTheFirstTick) {
  Bench bench;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto tick = bench.tick();
    const auto packet = rtp::parse_packet(tick.packet);
    ASSERT_TRUE(packet);
    EXPECT_EQ(tick.to, kPeer);
    EXPECT_EQ(packet->header,
              (rtp::Header{i == 0, 0, static_cast<std::uint16_t>(65530 + i), 0xfffffc00 + i * 160, 0x1234}));
    ASSERT_EQ(packet->payload.size(), 160U);
    EXPECT_TRUE(std::all_of(packet->payload.begin(), packet->payload.end(), [](auto byte) { return byte == 0xff; }));
  }
  EXPECT_EQ(bench.session.stats().packets_out, 100U);
}

TEST(Session, WithoutARemoteNothingIsSentOrPlayed) {
  Bench bench(config_for(Endpoint{}));
  bench.session.play(1, tone(160));
  bench.ticks(5);
  EXPECT_TRUE(bench.events.empty());
  bench.talk(25);
  EXPECT_EQ(bench.of_kind<RemoteLatched>(), (std::vector{RemoteLatched{kPeer}}));
  const auto tick = bench.tick();
  EXPECT_FALSE(tick.packet.empty());
  EXPECT_EQ(bench.of_kind<PlayoutStarted>().size(), 1U);
}

TEST(Session, HoldPausesAndMuteRunsOn) {
  Bench bench;
  bench.talk(5);
  bench.session.play(1, tone(1600));
  bench.session.set_held(true);
  bench.talk(10);
  EXPECT_TRUE(bench.of_kind<PlayoutStarted>().empty());
  EXPECT_FALSE(sounds(audio::PcmView(bench.heard).last(1600)));
  bench.session.set_held(false);
  bench.session.set_muted(true);
  bench.talk(10);
  EXPECT_EQ(bench.session.queued(), Duration(0));
  EXPECT_EQ(audio::peak(bench.played), 0);
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(800)));
}

TEST(Session, DirectionAndCodecFollowTheReinvite) {
  Bench bench;
  bench.talk(10);
  auto parameters = config_for(kPeer).parameters;
  parameters.may_send = false;
  bench.session.reconfigure(parameters, bench.now);
  bench.session.play(1, tone(160));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bench.tick().packet.empty());
  EXPECT_TRUE(bench.of_kind<PlayoutStarted>().empty());
  parameters = config_for(kPeer, Codec::pcma).parameters;
  bench.session.reconfigure(parameters, bench.now);
  const auto packet = rtp::parse_packet(bench.tick().packet);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header.payload_type, 8);
  EXPECT_EQ(packet->header.sequence, static_cast<std::uint16_t>(65530 + 10));
  EXPECT_EQ(packet->header.timestamp, 0xfffffc00 + 15 * 160);
  for (int i = 0; i < 20; ++i) {
    bench.session.on_datagram(bench.audio_packet(audio::G711Law::a, 8), kPeer, bench.now);
    bench.tick();
  }
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(160)));
}

TEST(Digits, BetweenTwoSessionsOverALossyPath) {
  int told = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    base::Random random(seed);
    Bench sender(config_for(kPeer));
    Bench receiver(config_for(kBehindNat));
    const std::string digits = "0123456789*#ABCD11";
    ASSERT_EQ(sender.session.send_digits(digits), digits.size());
    int losses = 0;
    while (sender.session.sending_digits()) {
      const auto tick = sender.tick();
      const std::vector<std::uint8_t> packet(tick.packet.begin(), tick.packet.end());
      losses = random.chance(0.25) && losses < 5 ? losses + 1 : 0;  // never all seven of a digit
      if (losses == 0) receiver.session.on_datagram(packet, kBehindNat, receiver.now);
      if (random.chance(0.2) && losses == 0) receiver.session.on_datagram(packet, kBehindNat, receiver.now);
      receiver.tick();
    }
    EXPECT_EQ(digits_of(receiver), digits) << seed;
    told += static_cast<int>(digits_of(receiver).size());
  }
  EXPECT_EQ(told, 40 * 18);
}

TEST(Digits, PlayoutWaitsMeanwhileAndTheStreamStaysWhole) {
  Bench bench;
  bench.session.play(1, tone(1600));
  bench.session.finish(1);
  bench.ticks(2);
  bench.session.send_digits("5");
  const Duration queued = bench.session.queued();
  for (std::uint16_t i = 0; i < 10; ++i) {
    const auto packet = rtp::parse_packet(bench.tick().packet);
    EXPECT_EQ(packet->header.sequence, static_cast<std::uint16_t>(65532 + i));
    EXPECT_EQ(packet->header.payload_type, i < 7 ? kEventType : 0);
    EXPECT_EQ(packet->header.timestamp, 0xfffffc00 + (i < 7 ? 2U : 2U + i) * 160);
  }
  EXPECT_EQ(bench.session.queued(), queued);
  bench.ticks(8);
  EXPECT_EQ(bench.of_kind<PlayoutFinished>(), (std::vector{PlayoutFinished{1, milliseconds(200)}}));
}

TEST(Digits, NeedAgreement) {
  auto config = config_for(kPeer);
  config.parameters.telephone_event_payload_type.reset();
  Bench bench(config);
  EXPECT_EQ(bench.session.send_digits("1"), 0U);
  const auto event = rtp::write_telephone_event({1, false, 10, 160});
  bench.session.on_datagram(bench.packet({true, kEventType, 1, 1, 7}, event), kPeer, bench.now);
  bench.tick();
  EXPECT_TRUE(bench.of_kind<DigitPressed>().empty());
}

TEST(Digits, InTheSoundWhereTheyAreLookedFor) {
  for (const bool wanted : {true, false}) {
    auto config = config_for(kPeer);
    config.parameters.in_band_digits = wanted;
    Bench bench(config);
    const std::string digits = "0123456789*#ABCD";
    const Pcm pcm = digits::tones_of(digits);
    std::vector<std::uint8_t> codes(pcm.size());
    audio::encode_g711(audio::G711Law::mu, pcm, codes);
    for (std::size_t at = 0; at + 160 <= codes.size(); at += 160) {
      const auto header = rtp::Header{at == 0, 0, bench.sequence++, bench.timestamp += 160, bench.ssrc};
      // Every 40th packet is lost; the sound before it goes on meanwhile.
      const auto packet = bench.packet(header, std::span(codes).subspan(at, 160));
      if (at / 160 % 40 != 39) bench.session.on_datagram(packet, kPeer, bench.now);
      bench.tick();
    }
    bench.ticks(10);
    EXPECT_EQ(digits_of(bench), wanted ? digits : "");
    for (const auto& pressed : bench.of_kind<DigitPressed>()) EXPECT_EQ(pressed.form, digits::Form::in_band);
  }
}

/// The jitter buffer gets shorter where it is quiet: between presses of one key, of all places.
TEST(Digits, InTheSoundSurviveAShorterDelay) {
  for (std::size_t lead = 0; lead < 4; ++lead) {
    auto config = config_for(kPeer);
    config.parameters.in_band_digits = true;
    Bench bench(config);
    const Pcm press = digits::tones_of("5");
    Pcm pcm(lead * 160, 0);
    constexpr std::size_t kPresses = 250;
    for (std::size_t i = 0; i < kPresses; ++i) {
      pcm.insert(pcm.end(), press.begin(), press.begin() + 320);
      pcm.insert(pcm.end(), 320, 0);
    }
    std::vector<std::uint8_t> codes(pcm.size());
    audio::encode_g711(audio::G711Law::mu, pcm, codes);
    Duration longest{0};
    for (std::size_t at = 0; at + 160 <= codes.size(); at += 160) {
      const auto header = rtp::Header{at == 0, 0, bench.sequence++, bench.timestamp += 160, bench.ssrc};
      bench.session.on_datagram(bench.packet(header, std::span(codes).subspan(at, 160)), kPeer, bench.now);
      bench.tick();
      longest = std::max(longest, bench.session.stats().playout_delay);
    }
    EXPECT_LE(bench.session.stats().playout_delay, longest - milliseconds(15)) << "or else nothing was tried";
    bench.ticks(10);
    EXPECT_EQ(digits_of(bench), std::string(kPresses, '5')) << lead;
  }
}

TEST(Session, RandomDatagramsDoNoHarm) {
  Bench bench;
  bench.talk(10);
  base::Random random(9);
  std::vector<std::uint8_t> bytes(1600);
  for (int i = 0; i < 100'000; ++i) {
    for (std::size_t k = 0; k < 24; ++k) bytes[k] = static_cast<std::uint8_t>(random.next());
    if (random.chance(0.5)) {
      bytes[0] = static_cast<std::uint8_t>(0x80 | (bytes[0] & 0x3f));
      const std::uint8_t types[] = {0, 13, kEventType, 8};
      bytes[1] = types[random.below(4)];
    }
    const auto size = random.chance(0.5) ? random.below(40) : random.below(bytes.size());
    bench.session.on_datagram(std::span(bytes).first(size), kPeer, bench.now);
    if (i % 20 == 0) bench.session.tick(bench.now = bench.now + milliseconds(20));
    if (i % 1000 == 0) bench.session.drain_events(bench.events);
  }
  EXPECT_GT(bench.session.stats().malformed, 10'000U);
  bench.ticks(10);
  bench.talk(50);
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(800)));
}

TEST(Session, NothingIsAllocatedOnTheMediaPath) {
  Bench bench;
  for (UtteranceId id = 1; id <= 20; ++id) {
    bench.session.play(id, tone(1999));
    bench.session.finish(id);
  }
  bench.session.send_digits("159D");
  base::Random random(3);
  std::vector<std::vector<std::uint8_t>> datagrams;
  for (int i = 0; i < 600; ++i) datagrams.push_back(bench.audio_packet());
  const auto event = rtp::write_telephone_event({5, false, 10, 160});
  for (int i = 0; i < 600; i += 60)
    datagrams[static_cast<std::size_t>(i)] =
        bench.packet({true, kEventType, 1, static_cast<std::uint32_t>(i), 77}, event);
  datagrams.push_back({1, 2, 3});
  datagrams.push_back(bench.packet({false, 0, 1, 1, 5}, std::vector<std::uint8_t>(960)));
  const std::uint64_t before = allocations_so_far();
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    bench.now = bench.now + milliseconds(20);
    if (!random.chance(0.1)) bench.session.on_datagram(datagrams[i], random.chance(0.1) ? kStranger : kPeer, bench.now);
    bench.session.tick(bench.now);
    if (i == 300) bench.session.flush(milliseconds(10));
  }
  EXPECT_EQ(allocations_so_far() - before, 0U);
  bench.session.drain_events(bench.events);
  EXPECT_GT(bench.events.size(), 20U);
}

}  // namespace
}  // namespace frontdesk::media
