#include "rtp/packet.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hpp"

namespace frontdesk::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes packet_with(const Header& header, const Bytes& payload) {
  Bytes out(kMaxPacketBytes);
  out.resize(write_packet(header, payload, out));
  return out;
}

const Header kHeader{true, 101, 0xfffe, 0x89abcdef, 0x01234567};

}  // namespace

TEST(Packet, RoundTrip) {
  const Bytes payload = {1, 2, 3};
  const auto bytes = packet_with(kHeader, payload);
  ASSERT_EQ(bytes.size(), kHeaderBytes + 3);
  const auto packet = parse_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header, kHeader);
  EXPECT_EQ(Bytes(packet->payload.begin(), packet->payload.end()), payload);
}

TEST(Packet, WriteRefusesASmallBuffer) {
  Bytes out(kHeaderBytes + 2);
  EXPECT_EQ(write_packet(kHeader, Bytes{1, 2, 3}, out), 0U);
}

TEST(Packet, SkipsContributorsExtensionAndPadding) {
  Bytes bytes = packet_with(kHeader, {});
  bytes[0] = 0x80 | 0x20 | 0x10 | 2;                          // padding, extension, two CSRCs
  bytes.insert(bytes.end(), {0, 0, 0, 1, 0, 0, 0, 2});        // CSRCs
  bytes.insert(bytes.end(), {0xbe, 0xde, 0, 1, 9, 9, 9, 9});  // one extension word
  bytes.insert(bytes.end(), {7, 8, 0, 0, 3});                 // payload and three of padding
  const auto packet = parse_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->csrc_count, 2);
  EXPECT_EQ(packet->extension_profile, 0xbede);
  EXPECT_EQ(Bytes(packet->extension.begin(), packet->extension.end()), (Bytes{9, 9, 9, 9}));
  EXPECT_EQ(Bytes(packet->payload.begin(), packet->payload.end()), (Bytes{7, 8}));
}

TEST(Packet, NamesEachFault) {
  const auto fault = [](Bytes bytes) { return parse_packet(bytes).error(); };
  EXPECT_EQ(fault({}), PacketFault::too_short);
  EXPECT_EQ(fault(Bytes(11, 0x80)), PacketFault::too_short);
  EXPECT_EQ(fault(Bytes(kMaxPacketBytes + 1, 0x80)), PacketFault::too_long);
  Bytes stun(20, 0);
  EXPECT_EQ(fault(stun), PacketFault::wrong_version);
  Bytes rtcp = packet_with(kHeader, {1, 2});
  rtcp[1] = 200;
  EXPECT_EQ(fault(rtcp), PacketFault::rtcp);
  Bytes contributors = packet_with(kHeader, {1, 2});
  contributors[0] = 0x81;
  EXPECT_EQ(fault(contributors), PacketFault::too_short);
  Bytes extension = packet_with(kHeader, {0, 0, 0xff, 0xff, 1});
  extension[0] = 0x90;
  EXPECT_EQ(fault(extension), PacketFault::bad_extension);
  extension.resize(kHeaderBytes + 3);
  EXPECT_EQ(fault(extension), PacketFault::bad_extension);
  for (const std::uint8_t padding : Bytes{0, 4}) {
    Bytes padded = packet_with(kHeader, {1, 2, padding});
    padded[0] = 0xa0;
    EXPECT_EQ(fault(padded), PacketFault::bad_padding);
  }
  Bytes nothing_to_pad = packet_with(kHeader, {});
  nothing_to_pad[0] = 0xa0;
  EXPECT_EQ(fault(nothing_to_pad), PacketFault::bad_padding);
}

TEST(Packet, RandomBytesStayInBounds) {
  base::Random random(1);
  for (int round = 0; round < 100'000; ++round) {
    Bytes bytes(random.below(64));
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    if (!bytes.empty()) bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3f) | 0x80);
    const auto packet = parse_packet(bytes);
    if (!packet) continue;
    const auto inside = [&](std::span<const std::uint8_t> part) {
      return part.empty() || (part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size());
    };
    ASSERT_TRUE(inside(packet->payload) && inside(packet->extension));
  }
}

}  // namespace frontdesk::rtp
