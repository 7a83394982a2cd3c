// What the caller says: loss, silence, new sources, and whom the session believes to be the caller.
#include "base/random.hpp"
#include "media/session_bench_test.hpp"

namespace frontdesk::media {
namespace {

using namespace test;

TEST(Inbound, HearsTheCallerInBothLaws) {
  for (const auto codec : {Codec::pcmu, Codec::pcma}) {
    Bench bench(config_for(kPeer, codec));
    const auto law = codec == Codec::pcmu ? audio::G711Law::mu : audio::G711Law::a;
    for (int i = 0; i < 50; ++i) {
      bench.session.on_datagram(bench.audio_packet(law, codec == Codec::pcmu ? 0 : 8), kPeer, bench.now);
      bench.tick();
    }
    EXPECT_NEAR(audio::rms_dbfs(audio::PcmView(bench.heard).last(4000)), audio::rms_dbfs(tone(160)), 0.3);
    EXPECT_EQ(bench.session.stats().concealed_frames, 0U);
    EXPECT_EQ(bench.of_kind<MediaStarted>(), (std::vector{MediaStarted{kPeer}}));
  }
}

TEST(Inbound, ConcealsLossAndCountsIt) {
  Bench bench;
  for (int i = 0; i < 200; ++i) {
    const auto packet = bench.audio_packet();
    if (i % 20 != 10) bench.session.on_datagram(packet, kPeer, bench.now);
    if (i % 50 == 7) bench.session.on_datagram(packet, kPeer, bench.now);
    bench.tick();
  }
  const auto stats = bench.session.stats();
  EXPECT_EQ(stats.packets_in, 194U);
  EXPECT_EQ(stats.duplicate, 4U);
  EXPECT_EQ(stats.lost, 10);
  EXPECT_EQ(stats.concealed_frames, 10U);
  // The gaps are filled with sound like that around them.
  for (std::size_t at = 1600; at + 160 <= bench.heard.size(); at += 160) {
    EXPECT_TRUE(sounds(audio::PcmView(bench.heard).subspan(at, 160))) << at;
  }
}

TEST(Inbound, SilentWhenTheCallerStops) {
  Bench bench;
  bench.talk(50);
  bench.ticks(50);
  EXPECT_EQ(audio::peak(audio::PcmView(bench.heard).last(160 * 40)), 0);
  EXPECT_LE(bench.session.stats().concealed_frames, 6U);
}

TEST(Inbound, FollowsANewSourceButNotAStrayPacket) {
  Bench bench;
  bench.talk(20);
  const auto stray = bench.packet({false, 0, 9, 9, 4242}, std::vector<std::uint8_t>(160, 0x80));
  for (int i = 0; i < 20; ++i) {
    bench.session.on_datagram(stray, kPeer, bench.now);
    bench.talk(1);
  }
  EXPECT_EQ(bench.session.stats().other_source, 20U);
  EXPECT_EQ(bench.session.stats().source_changes, 0U);
  bench.ssrc = 78;
  bench.sequence = 3;
  bench.timestamp = 12345;
  bench.talk(20);
  EXPECT_EQ(bench.session.stats().source_changes, 1U);
  EXPECT_EQ(bench.session.stats().lost, 0);
  EXPECT_LT(bench.session.stats().jitter_ms, 1);
  EXPECT_TRUE(sounds(audio::PcmView(bench.heard).last(160 * 10)));
}

TEST(Inbound, RefusesOtherPayloadTypes) {
  Bench bench;
  bench.session.on_datagram(bench.audio_packet(audio::G711Law::mu, 8), kPeer, bench.now);
  bench.session.on_datagram(bench.audio_packet(audio::G711Law::mu, 96), kPeer, bench.now);
  bench.ticks(5);
  EXPECT_EQ(bench.session.stats().other_payload_type, 2U);
  EXPECT_TRUE(bench.of_kind<MediaStarted>().empty());
}

TEST(Inbound, ComfortNoiseKeepsTheCallAlive) {
  auto config = config_for(kPeer);
  config.rtp_timeout = base::seconds(1);
  Bench bench(config);
  bench.talk(20);
  for (int i = 0; i < 100; ++i) {
    bench.timestamp += 160;
    if (i % 20 == 0) {
      const auto noise =
          bench.packet({false, 13, bench.sequence++, bench.timestamp, bench.ssrc}, std::vector<std::uint8_t>{60});
      bench.session.on_datagram(noise, kPeer, bench.now);
    }
    bench.tick();
  }
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  EXPECT_LE(bench.session.stats().concealed_frames, 1U);
}

TEST(Timeout, OnceUntilPacketsComeAgain) {
  Bench bench;
  bench.ticks(1500);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  bench.ticks(300);
  EXPECT_EQ(bench.of_kind<MediaTimedOut>().size(), 1U);
  bench.talk(10);
  bench.ticks(1600);
  EXPECT_EQ(bench.of_kind<MediaTimedOut>().size(), 2U);
}

TEST(Timeout, NotWhileThePeerIsHeld) {
  auto config = config_for(kPeer);
  config.parameters.may_receive = false;
  Bench bench(config);
  bench.ticks(3000);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  config.parameters.may_receive = true;
  bench.session.reconfigure(config.parameters, bench.now);
  bench.ticks(1000);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  bench.ticks(600);
  EXPECT_EQ(bench.of_kind<MediaTimedOut>().size(), 1U);
}

TEST(Latch, ASprayFromElsewhereRedirectsNothingAndIsNotHeard) {
  Bench bench;
  bench.amplitude = 0;
  bench.talk(5);
  bench.heard.clear();
  const auto before = bench.session.stats();
  base::Random random(5);
  for (int i = 0; i < 500; ++i) {
    bench.receive();
    for (int k = 0; k < 100; ++k) {
      Endpoint from = kStranger;
      from.port = static_cast<std::uint16_t>(1 + random.below(60000));
      const auto loud = bench.packet({false, 0, static_cast<std::uint16_t>(random.next()), bench.timestamp, bench.ssrc},
                                     std::vector<std::uint8_t>(160, 0x80));
      bench.session.on_datagram(loud, from, bench.now);
    }
    EXPECT_EQ(bench.tick().to, kPeer);
  }
  EXPECT_EQ(bench.session.stats().foreign - before.foreign, 50'000U);
  EXPECT_LE(audio::peak(bench.heard), 8);
}

TEST(Latch, AnotherPortOfTheSignalledHostIsBelievedAtOnce) {
  Bench bench;
  Endpoint port = kPeer;
  port.port = 4002;
  bench.receive(port);
  EXPECT_EQ(bench.tick().to, port);
}

TEST(Latch, AReinviteMovesTheRemote) {
  Bench bench;
  bench.talk(10);
  auto parameters = config_for(kBehindNat).parameters;
  bench.session.reconfigure(parameters, bench.now);
  EXPECT_EQ(bench.tick().to, kBehindNat);
  bench.talk(5, kPeer);  // still in flight
  EXPECT_EQ(bench.session.remote(), kBehindNat);
  const auto foreign = bench.session.stats().foreign;
  bench.talk(5, kBehindNat);
  bench.talk(5, kPeer);
  EXPECT_EQ(bench.session.stats().foreign - foreign, 5U);
  // The same address again keeps the latch.
  bench.session.reconfigure(parameters, bench.now);
  bench.talk(1, kStranger);
  EXPECT_EQ(bench.session.remote(), kBehindNat);
}

TEST(SessionInbound, APeerThatHoldsUsMayBeSilent) {
  Bench bench;
  bench.talk(10);
  auto parameters = config_for(kPeer).parameters;
  parameters.may_send = false;
  bench.session.reconfigure(parameters, bench.now);
  bench.ticks(10 * 60 * 50);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty());
  parameters.may_send = true;
  bench.session.reconfigure(parameters, bench.now);
  bench.ticks(29 * 50);
  EXPECT_TRUE(bench.of_kind<MediaTimedOut>().empty()) << "counted from where it took us back";
  bench.ticks(2 * 50);
  EXPECT_EQ(bench.of_kind<MediaTimedOut>().size(), 1U);
}

TEST(SessionInbound, DigitsUnderAnSsrcOfTheirOwnLeaveTheSoundAlone) {
  Bench bench;
  bench.talk(20);
  const auto before = bench.session.stats();
  for (std::uint16_t i = 0; i < 6; ++i) {
    const bool end = i >= 3;
    const std::vector<std::uint8_t> event{5, static_cast<std::uint8_t>(end ? 0x8a : 0x0a), 1,
                                          static_cast<std::uint8_t>(i * 40)};
    bench.session.on_datagram(bench.packet({i == 0, kEventType, i, 1000, 4711}, event), kPeer, bench.now);
    if (i % 2 == 1) bench.talk(1);
  }
  bench.talk(20);
  EXPECT_EQ(digits_of(bench), "5");
  const auto after = bench.session.stats();
  EXPECT_EQ(after.source_changes, before.source_changes);
  EXPECT_EQ(after.other_source, 0U);
  EXPECT_EQ(after.concealed_frames, before.concealed_frames);
}

}  // namespace
}  // namespace frontdesk::media
