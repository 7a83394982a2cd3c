#include "rtp/stun/address_probe.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace frontdesk::stun {
namespace {

using Bytes = std::vector<std::uint8_t>;

const base::Endpoint kServer = *base::parse_endpoint("192.0.2.1:3478");
// RFC 5769, section 2.2 and 2.3: the transaction of the sample responses.
constexpr TransactionId kSampleId{0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
const Bytes kSampleAnswer{0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                          0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
                          0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01,
                          0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99,
                          0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b,
                          0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};

struct Probe {
  base::Instant start{base::seconds(50)};
  AddressProbe probe{kServer, kSampleId, start};
  Bytes at(int ms) { return probe.poll(start + base::milliseconds(ms)); }
};

TEST(AddressProbe, AsksAndTakesTheAnswer) {
  Probe p;
  const auto request = p.at(0);
  ASSERT_EQ(request.size(), 28U);  // with a fingerprint
  EXPECT_EQ(Bytes(request.begin(), request.begin() + 2), (Bytes{0x00, 0x01}));
  EXPECT_TRUE(std::equal(kSampleId.begin(), kSampleId.end(), request.begin() + 8));
  EXPECT_TRUE(p.at(20).empty());
  EXPECT_TRUE(p.probe.on_datagram(kSampleAnswer, kServer));
  EXPECT_TRUE(p.probe.over());
  EXPECT_EQ(p.probe.mapped(), *base::parse_endpoint("192.0.2.1:32853"));
  EXPECT_TRUE(p.at(100).empty());
}

TEST(AddressProbe, AsksThreeTimesAndGivesUpAfterHalfASecond) {
  Probe p;
  int sent = 0;
  for (int ms = 0; ms < 500; ms += 20) sent += p.at(ms).empty() ? 0 : 1;
  EXPECT_EQ(sent, 3);
  EXPECT_FALSE(p.probe.over());
  EXPECT_TRUE(p.at(500).empty());
  EXPECT_TRUE(p.probe.over());
  EXPECT_FALSE(p.probe.mapped());
  EXPECT_FALSE(p.probe.on_datagram(kSampleAnswer, kServer)) << "too late";
}

TEST(AddressProbe, AnswersOfOthersAreNone) {
  Probe p;
  EXPECT_FALSE(p.probe.on_datagram(kSampleAnswer, *base::parse_endpoint("192.0.2.1:3479")));
  AddressProbe other(kServer, TransactionId{1, 2, 3}, p.start);
  EXPECT_FALSE(other.on_datagram(kSampleAnswer, kServer)) << "another transaction";
  base::Random random(6);
  for (int i = 0; i < 20'000; ++i) {
    Bytes damaged = kSampleAnswer;
    damaged.resize(random.below(damaged.size() + 1));
    for (int k = 0; k < 4 && damaged.size() > 20; ++k) damaged[20 + random.below(damaged.size() - 20)] ^= 0xff;
    AddressProbe probe(kServer, kSampleId, p.start);
    probe.on_datagram(damaged, kServer);  // must not crash; a changed address cannot be told
    if (!damaged.empty()) damaged[0] = static_cast<std::uint8_t>(random.next());
    EXPECT_FALSE(other.on_datagram(damaged, kServer));
  }
}

TEST(AddressProbe, ARefusalIsTheEnd) {
  Probe p;
  Bytes refused{0x01, 0x11, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42};
  refused.insert(refused.end(), kSampleId.begin(), kSampleId.end());
  EXPECT_TRUE(p.probe.on_datagram(refused, kServer));
  EXPECT_TRUE(p.probe.over());
  EXPECT_FALSE(p.probe.mapped());
}

TEST(AddressProbe, TransactionsDiffer) {
  EXPECT_NE(random_transaction(), random_transaction());
}

}  // namespace
}  // namespace frontdesk::stun
