// Whose packets are heard and where ours go (remote_latch.hpp), as seen from outside the session.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "media/session_bench_test.hpp"
#include "rtp/srtp/protection.hpp"

namespace frontdesk::media {
namespace {

using namespace test;

const Endpoint kInside = *base::parse_endpoint("192.168.1.20:4000");  // what a phone behind a router signals
constexpr double kQuiet = 8;

/// A caller behind a router, whose signalling came from the router's address.
MediaSessionConfig behind_router(bool signalling_known = true) {
  auto config = config_for(kInside);
  if (signalling_known) config.parameters.signalling = *base::parse_address("198.51.100.7");
  return config;
}

/// A stream of its own, loud.
struct Stream {
  Endpoint from;
  std::uint32_t ssrc = 0xbad;
  std::uint16_t sequence = 1;
  void send(Bench& bench, int packets = 1) {
    for (int i = 0; i < packets; ++i) {
      const auto loud = bench.packet({false, 0, sequence, sequence * 160U, ssrc}, std::vector<std::uint8_t>(160, 0x80));
      ++sequence;
      bench.session.on_datagram(loud, from, bench.now);
    }
  }
};

TEST(Latch, FollowsTheHostOfTheSignallingBehindANatOnce) {
  Bench bench(behind_router());
  bench.receive(kBehindNat);
  EXPECT_EQ(bench.tick().to, kInside);
  bench.receive(kBehindNat);
  EXPECT_EQ(bench.tick().to, kBehindNat);
  EXPECT_EQ(bench.of_kind<RemoteLatched>(), (std::vector{RemoteLatched{kBehindNat}}));
  Stream stranger{kStranger};
  for (int i = 0; i < 100; ++i) {
    bench.receive(kBehindNat);
    stranger.send(bench);
    EXPECT_EQ(bench.tick().to, kBehindNat);
  }
  EXPECT_EQ(bench.session.stats().foreign, 100U);
}

TEST(Latch, FollowsAStrangerBehindANatAfterHalfASecondOfSpeech) {
  Bench bench(behind_router(false));
  int ticks = 0;
  for (; ticks < 100 && bench.session.remote() != kBehindNat; ++ticks) bench.talk(1, kBehindNat);
  EXPECT_EQ(ticks, 25);
}

TEST(Latch, AnAddressThatCouldSendItselfIsWaitedForLonger) {
  Bench bench;
  int ticks = 0;
  for (; ticks < 300 && bench.session.remote() != kBehindNat; ++ticks) bench.talk(1, kBehindNat);
  EXPECT_EQ(ticks, 101) << "2 s";
  bench.receive(kPeer);
  EXPECT_EQ(bench.session.remote(), kPeer) << "the signalled address wins it back";
  Stream stranger{kStranger};
  stranger.send(bench, 300);
  EXPECT_EQ(bench.session.remote(), kPeer);
}

TEST(Latch, ASprayOfThePortRangeBeforeTheCallersFirstPacketIsNeverHeard) {
  for (const int packets_per_s : {5, 10, 5000}) {  // 5,000 a second over 500 ports is 10 for each
    for (const auto& config : {config_for(kPeer), behind_router(), behind_router(false)}) {
      Bench bench(config);
      bench.amplitude = 0;
      Stream spray{kStranger};
      double owed = 0;
      for (int tick = 0; tick < 500; ++tick) {  // ten seconds, with numbers in a row as the best of sprays
        for (owed += packets_per_s / 50.0; owed >= 1; --owed) spray.send(bench);
        EXPECT_EQ(bench.tick().to, config.parameters.remote);
      }
      EXPECT_LE(audio::peak(bench.heard), kQuiet) << packets_per_s;
      EXPECT_EQ(bench.session.stats().packets_in, 0U);
      const Endpoint caller = config.parameters.remote == kPeer ? kPeer : kBehindNat;
      for (int tick = 0; tick < 500; ++tick) {
        bench.receive(caller);
        for (owed += packets_per_s / 50.0; owed >= 1; --owed) spray.send(bench);
        bench.tick();
      }
      EXPECT_LE(audio::peak(bench.heard), kQuiet) << packets_per_s;
      // Unknown even to the signalling and rivalled at the pace of speech, silence is better than the wrong one.
      const bool may_be_kept_out = config.parameters.remote != kPeer && !config.parameters.signalling.address[0];
      if (may_be_kept_out) continue;
      EXPECT_EQ(bench.session.remote(), caller);
    }
  }
}

TEST(Latch, AStreamAtThePaceOfSpeechIsDisplacedByTheCallersSecondPacket) {
  Bench bench(behind_router());
  bench.amplitude = 0;
  Stream stranger{kStranger};
  for (int i = 0; i < 150; ++i) {
    stranger.send(bench);
    bench.tick();
    if (i >= 100) continue;
    EXPECT_EQ(bench.session.remote(), kInside) << i;
  }
  EXPECT_EQ(bench.session.remote(), kStranger) << "the only one there is";
  for (int i = 0; i < 200; ++i) {
    bench.receive(kBehindNat);
    stranger.send(bench);
    bench.tick();
    if (i == 50) bench.heard.clear();
  }
  EXPECT_EQ(bench.session.remote(), kBehindNat);
  EXPECT_LE(audio::peak(bench.heard), kQuiet);
}

TEST(Latch, OfTwoStrangersNeitherIsFollowed) {
  Bench bench(behind_router(false));
  Stream one{kStranger}, other{kBehindNat, 0xbee};
  for (int i = 0; i < 300; ++i) {
    one.send(bench);
    other.send(bench);
    EXPECT_EQ(bench.tick().to, kInside);
  }
  EXPECT_EQ(bench.session.stats().packets_in, 0U);
  for (int i = 0; i < 60; ++i) {  // one gives up
    other.send(bench);
    bench.tick();
  }
  EXPECT_EQ(bench.session.remote(), kBehindNat);
}

TEST(Latch, SourcesThatChangeTheirPortsCrowdNobodyOut) {
  Bench bench(behind_router(false));
  bench.amplitude = 0;
  base::Random random(3);
  for (int i = 0; i < 60; ++i) {
    for (int k = 0; k < 100; ++k) {
      Stream spray{kStranger, 5, static_cast<std::uint16_t>(random.next())};
      spray.from.port = static_cast<std::uint16_t>(1 + random.below(60'000));
      spray.send(bench);
    }
    bench.receive(kBehindNat);
    bench.tick();
  }
  EXPECT_EQ(bench.session.remote(), kBehindNat);
  EXPECT_LE(audio::peak(bench.heard), kQuiet);
}

TEST(Latch, AStreamMayGoOnFromAnotherSourceAfterSilence) {
  Bench bench(behind_router());
  bench.talk(50, kBehindNat);
  auto moved = kBehindNat;
  moved.port = 40'001;
  // Too soon: the old source may still send.
  bench.talk(10, moved);
  EXPECT_EQ(bench.session.remote(), kBehindNat);
  bench.ticks(30);
  bench.talk(5, moved);
  EXPECT_EQ(bench.session.remote(), moved);
  // Whoever does not know the SSRC or the numbers waits in vain, be it for ever so long.
  bench.ticks(60);
  Stream stranger{kStranger, bench.ssrc, static_cast<std::uint16_t>(bench.sequence + 20'000)};
  Stream other{kStranger, bench.ssrc + 1, bench.sequence};
  for (int i = 0; i < 500; ++i) {
    stranger.send(bench);
    other.send(bench);
    bench.tick();
  }
  EXPECT_EQ(bench.session.remote(), moved);
}

TEST(Latch, WithSrtpTheHolderOfTheKeyIsFollowedAtOnce) {
  auto keys = srtp::SrtpKeys{srtp::CryptoSuite::aes_cm_128_hmac_sha1_80, base::Secret(std::string(30, 'a')),
                             base::Secret(std::string(30, 'b'))};
  auto config = config_for(kPeer);
  config.parameters.srtp = keys;
  Bench bench(config);
  auto protector = srtp::Protector::create(keys.suite, keys.receive);
  ASSERT_TRUE(protector);
  Stream spray{kStranger};
  const auto sealed = [&] {
    auto bytes = bench.audio_packet();
    const auto size = bytes.size();
    bytes.resize(size + srtp::kMaxTrailerBytes);
    bytes.resize(protector->protect(bytes, size));
    return bytes;
  };
  spray.send(bench, 5000);
  for (int i = 0; i < 2; ++i) {
    bench.session.on_datagram(sealed(), kBehindNat, bench.now);
    spray.send(bench, 100);
    bench.tick();
  }
  EXPECT_EQ(bench.session.remote(), kBehindNat);
  EXPECT_EQ(bench.session.stats().unprotected, 5200U);
}

TEST(Latch, WhileKeysAreAwaitedNothingIsSentOrHeard) {
  auto config = config_for(kPeer);
  config.parameters.srtp_awaited = true;
  config.parameters.signalling = kPeer;
  Bench bench(config);
  for (int i = 0; i < 300; ++i) {
    bench.receive(kPeer);
    const auto tick = bench.tick();
    EXPECT_TRUE(tick.packet.empty());
    EXPECT_TRUE(tick.rtcp.empty());
  }
  EXPECT_EQ(audio::peak(bench.heard), 0);
  EXPECT_EQ(bench.session.stats().unprotected, 300U);
  auto keyed = config.parameters;
  keyed.srtp = srtp::SrtpKeys{srtp::CryptoSuite::aes_cm_128_hmac_sha1_80, base::Secret(std::string(30, 'a')),
                              base::Secret(std::string(30, 'b'))};
  bench.session.reconfigure(keyed, bench.now);
  EXPECT_FALSE(bench.tick().packet.empty());
}

}  // namespace
}  // namespace frontdesk::media
