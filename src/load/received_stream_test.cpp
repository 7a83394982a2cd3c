#include "load/received_stream.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace frontdesk::load {
namespace {

using base::Instant;
using base::milliseconds;

sip::NegotiatedMedia g711() {
  sip::NegotiatedMedia media;
  media.format = {sip::Codec::pcma, 8};
  media.receive_payload_type = 8;
  return media;
}

struct Stream {
  ReceivedStream received{g711(), 20};
  Deviations deviations;
  std::vector<std::uint8_t> payload = std::vector<std::uint8_t>(160, 0xd5);

  void packet(int number, base::Duration off = {}, std::uint8_t type = 8, std::uint32_t ssrc = 7) {
    rtp::Packet packet;
    packet.header = {false, type, static_cast<std::uint16_t>(65530 + number),
                     static_cast<std::uint32_t>(4'294'967'000U + 160U * static_cast<unsigned>(number)), ssrc};
    packet.payload = payload;
    received.on_packet(packet, Instant{base::seconds(5)} + milliseconds(20) * number + off, deviations);
  }
};

TEST(ReceivedStream, CountsOverTheWrapOfSequenceAndTime) {
  Stream stream;
  for (int i = 0; i < 20; ++i) stream.packet(i);
  EXPECT_EQ(stream.received.expected(), 20U);
  EXPECT_EQ(stream.received.received(), 20U);
  EXPECT_EQ(stream.received.lost(), 0U);
  EXPECT_EQ(stream.received.late(), 0U);
  EXPECT_EQ(stream.deviations.count(), 19U);
  EXPECT_EQ(stream.deviations.max(), base::Duration{0});
}

TEST(ReceivedStream, ALostPacketIsNoSlowClock) {
  Stream stream;
  for (int i = 0; i < 10; ++i)
    if (i != 4) stream.packet(i);
  EXPECT_EQ(stream.received.expected(), 10U);
  EXPECT_EQ(stream.received.lost(), 1U);
  EXPECT_EQ(stream.deviations.count(), 7U);
  EXPECT_EQ(stream.deviations.max(), base::Duration{0});
}

TEST(ReceivedStream, AnUnevenClockShows) {
  Stream stream;
  stream.packet(0);
  stream.packet(1, milliseconds(3));
  stream.packet(2);
  EXPECT_EQ(stream.deviations.max(), milliseconds(3));
  EXPECT_EQ(stream.received.late(), 0U);
}

TEST(ReceivedStream, LateIsWhatAJitterBufferWouldMiss) {
  Stream stream;
  stream.packet(0, milliseconds(10));  // the first one is itself behind
  stream.packet(1);
  stream.packet(2, milliseconds(60));
  EXPECT_EQ(stream.received.late(), 0U);
  stream.packet(3, milliseconds(61));
  EXPECT_EQ(stream.received.late(), 1U);
}

TEST(ReceivedStream, ADuplicateHidesNoLoss) {
  Stream stream;
  for (const int i : {0, 1, 1, 1, 3}) stream.packet(i);
  EXPECT_EQ(stream.received.expected(), 4U);
  EXPECT_EQ(stream.received.lost(), 1U);
}

TEST(ReceivedStream, FollowsAnotherSource) {
  Stream stream;
  for (const int i : {0, 2, 3}) stream.packet(i);
  for (int i = 4; i < 10; ++i) stream.packet(i, {}, 8, 9);
  EXPECT_EQ(stream.received.expected(), 10U);
  EXPECT_EQ(stream.received.received(), 9U);
  EXPECT_EQ(stream.received.lost(), 1U);
}

TEST(ReceivedStream, OneCodeAllTheTimeIsNoSound) {
  Stream stream;
  stream.packet(0);
  EXPECT_FALSE(stream.received.sound());
  stream.payload[80] = 0x55;
  stream.packet(1, {}, 101);  // not what was agreed on
  EXPECT_FALSE(stream.received.sound());
  stream.packet(1);
  EXPECT_TRUE(stream.received.sound());
}

}  // namespace
}  // namespace frontdesk::load
