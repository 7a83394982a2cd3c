#include "rtp/srtp/protection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::srtp {
namespace {

base::Secret key_for(CryptoSuite suite, std::uint64_t seed = 1) {
  base::Random random(seed);
  std::string bytes(key_bytes(suite), '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random.next());
  return base::Secret(bytes);
}

std::vector<std::uint8_t> rtp_packet(std::uint16_t sequence, std::uint32_t ssrc = 7) {
  std::vector<std::uint8_t> bytes(rtp::kMaxPacketBytes);
  bytes.resize(
      rtp::write_packet({false, 0, sequence, sequence * 160U, ssrc}, std::vector<std::uint8_t>(160, 0x55), bytes));
  return bytes;
}

class EverySuite : public testing::TestWithParam<CryptoSuite> {
 protected:
  Protector sender() { return std::move(*Protector::create(GetParam(), key_for(GetParam()))); }
  Unprotector receiver() { return std::move(*Unprotector::create(GetParam(), key_for(GetParam()))); }
};

std::vector<std::uint8_t> sealed(Protector& sender, std::vector<std::uint8_t> packet) {
  const std::size_t size = packet.size();
  packet.resize(size + kMaxTrailerBytes);
  packet.resize(sender.protect(packet, size));
  return packet;
}

TEST_P(EverySuite, RoundTripHidesThePayloadAcrossAWrap) {
  auto from = sender();
  auto to = receiver();
  for (int i = 0; i < 200; ++i) {
    const auto plain = rtp_packet(static_cast<std::uint16_t>(65436 + i));
    auto wire = sealed(from, plain);
    ASSERT_GT(wire.size(), plain.size());
    EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + rtp::kHeaderBytes, wire.begin()));
    EXPECT_FALSE(std::equal(plain.begin() + 12, plain.end(), wire.begin() + 12));
    ASSERT_EQ(to.unprotect(wire), plain.size());
    EXPECT_TRUE(std::equal(plain.begin(), plain.end(), wire.begin()));
  }
}

TEST_P(EverySuite, ForgedReplayedAndDamagedPacketsAreRefusedAndDoNoHarm) {
  auto from = sender();
  auto to = receiver();
  base::Random random(3);
  std::vector<std::uint8_t> last;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    auto wire = sealed(from, rtp_packet(static_cast<std::uint16_t>(i)));
    auto damaged = wire;
    damaged[random.below(damaged.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
    refused += to.unprotect(damaged) == 0 ? 1 : 0;
    auto stranger = rtp_packet(static_cast<std::uint16_t>(i + 1), static_cast<std::uint32_t>(random.next()));
    refused += to.unprotect(stranger) == 0 ? 1 : 0;
    auto copy = wire;
    ASSERT_GT(to.unprotect(wire), 0U) << i;
    refused += to.unprotect(copy) == 0 ? 1 : 0;
    auto truncated = std::span(copy).first(random.below(copy.size()));
    refused += to.unprotect(truncated) == 0 ? 1 : 0;
  }
  EXPECT_EQ(refused, 8000);
}

TEST_P(EverySuite, RtcpRoundTrip) {
  auto from = sender();
  auto to = receiver();
  std::vector<std::uint8_t> report{0x80, 201, 0, 1, 0, 0, 0, 7};
  auto wire = report;
  wire.resize(report.size() + kMaxTrailerBytes);
  wire.resize(from.protect_rtcp(wire, report.size()));
  ASSERT_GT(wire.size(), report.size());
  auto copy = wire;
  ASSERT_EQ(to.unprotect_rtcp(wire), report.size());
  EXPECT_TRUE(std::equal(report.begin(), report.end(), wire.begin()));
  EXPECT_EQ(to.unprotect_rtcp(copy), 0U);
}

TEST_P(EverySuite, AnotherKeyOpensNothing) {
  auto from = sender();
  auto other = std::move(*Unprotector::create(GetParam(), key_for(GetParam(), 2)));
  auto wire = sealed(from, rtp_packet(1));
  EXPECT_EQ(other.unprotect(wire), 0U);
}

TEST_P(EverySuite, SourcesOfOneKeyAreBounded) {
  auto from = sender();
  auto to = receiver();
  std::size_t taken = 0;
  for (std::uint32_t ssrc = 1; ssrc <= 200; ++ssrc) {
    auto wire = sealed(from, rtp_packet(1, ssrc));
    taken += to.unprotect(wire) > 0 ? 1 : 0;
  }
  EXPECT_EQ(taken, kMaxSources);
}

INSTANTIATE_TEST_SUITE_P(Srtp, EverySuite, testing::ValuesIn(kAllSuites),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(Srtp, KeysOfTheWrongLengthAreRefused) {
  EXPECT_FALSE(Protector::create(CryptoSuite::aead_aes_128_gcm, base::Secret(std::string(30, 'x'))));
  EXPECT_FALSE(Unprotector::create(CryptoSuite::aes_cm_128_hmac_sha1_80, base::Secret("")));
}

TEST(Srtp, SuitesByName) {
  for (const CryptoSuite suite : kAllSuites) EXPECT_EQ(suite_named(name(suite)), suite);
  EXPECT_EQ(suite_named("aes_cm_256_hmac_sha1_80"), CryptoSuite::aes_256_cm_hmac_sha1_80);
  EXPECT_EQ(suite_named("F8_128_HMAC_SHA1_80"), std::nullopt);
  EXPECT_EQ(suite_named(""), std::nullopt);
}

}  // namespace
}  // namespace frontdesk::srtp
