#include <gtest/gtest.h>

#include <set>

#include "media/session_pair_test.hpp"

namespace frontdesk::media {
namespace {

using namespace test;
using srtp::CryptoSuite;

base::Secret key_for(CryptoSuite suite, std::uint64_t seed) {
  base::Random random(seed);
  std::string bytes(srtp::key_bytes(suite), '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random.next());
  return base::Secret(bytes);
}

SessionPair secured(CryptoSuite suite, Codec codec = Codec::pcma) {
  auto left = config_of(codec, kRight, 1);
  auto right = config_of(codec, kLeft, 2);
  left.parameters.srtp = srtp::SrtpKeys{suite, key_for(suite, 1), key_for(suite, 2)};
  right.parameters.srtp = srtp::SrtpKeys{suite, key_for(suite, 2), key_for(suite, 1)};
  return {left, right};
}

class EverySuite : public testing::TestWithParam<CryptoSuite> {};
INSTANTIATE_TEST_SUITE_P(SessionSrtp, EverySuite, testing::ValuesIn(srtp::kAllSuites),
                         [](const auto& each) { return std::string(srtp::name(each.param)); });

TEST_P(EverySuite, CarriesSoundBothWaysAndNothingInTheClear) {
  auto pair = secured(GetParam());
  std::set<std::vector<std::uint8_t>> payloads;
  std::size_t count = 0;
  pair.on_wire = [&](const auto& wire) {
    payloads.insert({wire.begin() + 12, wire.end()});
    ++count;
    return true;
  };
  pair.ticks(50);  // silence: without encryption all packets would be alike
  EXPECT_EQ(payloads.size(), count);
  pair.talk(700);
  for (const auto* end : {&pair.left, &pair.right}) {
    EXPECT_GT(purity(audio::PcmView(end->heard).subspan(100 * 160, 500 * 160)), 0.9);
    const auto stats = end->session.stats();
    EXPECT_EQ(stats.unprotected, 0U);
    EXPECT_EQ(stats.lost, 0);
    EXPECT_GT(stats.rtcp.received, 0U);  // SRTCP
    EXPECT_TRUE(stats.rtcp.round_trip);
  }
}

TEST_P(EverySuite, TenThousandForgedPacketsDoNoHarm) {
  auto pair = secured(GetParam());
  pair.talk(50);
  base::Random random(3);
  std::vector<SessionPair::Wire> seen;
  pair.on_wire = [&](auto& wire) {
    seen.push_back(wire);
    return true;
  };
  pair.left.session.play(50, tone(160 * 500));
  for (int i = 0; i < 500; ++i) {
    pair.tick();
    for (int k = 0; k < 20; ++k) {
      // Replayed as it was, damaged, plain with the right header, and from elsewhere.
      SessionPair::Wire forged = seen[random.below(seen.size())];
      if (k % 4 == 1) forged[random.below(forged.size())] ^= 0x10;
      if (k % 4 == 2) forged.resize(12 + random.below(160));
      pair.right.session.on_datagram(forged, k % 4 == 3 ? kStranger : kLeft, pair.now);
    }
  }
  const auto stats = pair.right.session.stats();
  // The sender's own packets among those replayed are of the other direction's key: refused as well.
  EXPECT_EQ(stats.unprotected + stats.foreign, 10'000U);
  EXPECT_EQ(stats.lost, 0);
  EXPECT_LE(stats.concealed_frames, 2U);
  EXPECT_GT(purity(audio::PcmView(pair.right.heard).last(400 * 160)), 0.9);
  EXPECT_EQ(pair.right.session.remote(), kLeft);
  for (const auto& event : pair.right.events) EXPECT_FALSE(std::holds_alternative<MediaTimedOut>(event));
}

TEST_P(EverySuite, NewKeysOfAReinviteTakeOverWithoutAGap) {
  auto pair = secured(GetParam());
  pair.left.session.play(9, tone(160 * 600));
  pair.ticks(100);
  for (std::uint64_t round = 1; round <= 3; ++round) {
    const srtp::SrtpKeys left{GetParam(), key_for(GetParam(), 10 * round), key_for(GetParam(), 10 * round + 1)};
    auto parameters = config_of(Codec::pcma, kRight, 1).parameters;
    parameters.srtp = left;
    pair.left.session.reconfigure(parameters, pair.now);
    parameters = config_of(Codec::pcma, kLeft, 2).parameters;
    parameters.srtp = srtp::SrtpKeys{GetParam(), left.receive, left.send};
    pair.right.session.reconfigure(parameters, pair.now);
    pair.ticks(100);
    EXPECT_GT(purity(audio::PcmView(pair.right.heard).last(80 * 160)), 0.9) << round;
  }
  EXPECT_LE(pair.right.session.stats().unprotected, 2U);
}

TEST(SessionSrtp, TheSameKeysAgainChangeNothing) {
  auto pair = secured(CryptoSuite::aes_cm_128_hmac_sha1_80);
  pair.talk(50);
  auto parameters = config_of(Codec::pcma, kLeft, 2).parameters;
  parameters.srtp =
      srtp::SrtpKeys{CryptoSuite::aes_cm_128_hmac_sha1_80, key_for(CryptoSuite::aes_cm_128_hmac_sha1_80, 2),
                     key_for(CryptoSuite::aes_cm_128_hmac_sha1_80, 1)};
  pair.right.session.reconfigure(parameters, pair.now);
  pair.talk(50);
  EXPECT_EQ(pair.right.session.stats().unprotected, 0U);
  EXPECT_EQ(pair.left.session.stats().source_changes, 0U);
}

TEST(SessionSrtp, PlainPacketsAreRefusedAndWithoutUsableKeysNothingIsSent) {
  auto keyed = config_of(Codec::pcma, kLeft, 2);
  keyed.parameters.srtp = srtp::SrtpKeys{CryptoSuite::aead_aes_256_gcm, base::Secret("short"), base::Secret("short")};
  SessionPair pair(config_of(Codec::pcma, kRight, 1), keyed);
  int from_right = 0;
  pair.on_wire = [&](const auto& wire) {
    from_right += wire[11] == 2 ? 1 : 0;
    return true;
  };
  pair.talk(300);
  EXPECT_EQ(from_right, 0);
  EXPECT_EQ(pair.right.session.stats().packets_in, 0U);
  EXPECT_GE(pair.right.session.stats().unprotected, 300U);
  EXPECT_EQ(audio::peak(pair.right.heard), 0);
}

TEST(SessionSrtp, TheSequenceWrapKeepsTheRolloverCounter) {
  auto pair = secured(CryptoSuite::aes_cm_128_hmac_sha1_80);
  pair.left.session.play(1, tone(160 * 2500));
  pair.left.session.finish(1);
  pair.ticks(70'000);  // 23 minutes
  EXPECT_EQ(pair.right.session.stats().unprotected, 0U);
  pair.left.session.play(2, tone(160 * 100));
  pair.ticks(100);
  EXPECT_GT(purity(audio::PcmView(pair.right.heard).last(80 * 160)), 0.9);
}

}  // namespace
}  // namespace frontdesk::media
