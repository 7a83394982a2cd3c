#include "rtp/telephone_event.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace frontdesk::rtp {
namespace {

constexpr std::string_view kAllDigits = "0123456789*#ABCD";

std::optional<char> feed(TelephoneEventDecoder& decoder, std::uint32_t timestamp, const TelephoneEvent& event) {
  return decoder.on_packet(timestamp, write_telephone_event(event));
}

struct Sent {
  std::uint32_t timestamp;
  std::array<std::uint8_t, kTelephoneEventBytes> payload;
};

std::vector<Sent> encode(std::string_view digits, std::uint32_t timestamp) {
  TelephoneEventEncoder encoder;
  EXPECT_EQ(encoder.queue(digits), digits.size());
  std::vector<Sent> sent;
  while (!encoder.idle()) {
    if (const auto output = encoder.tick(timestamp)) sent.push_back({output->timestamp, output->payload});
    timestamp += 160;
  }
  return sent;
}

}  // namespace

TEST(TelephoneEvent, WireFormat) {
  const TelephoneEvent event{11, true, 10, 0x0320};
  const auto bytes = write_telephone_event(event);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{11, 0x8a, 0x03, 0x20}));
  EXPECT_EQ(parse_telephone_event(bytes), event);
  EXPECT_FALSE(parse_telephone_event(std::span(bytes).first(3)));
}

TEST(TelephoneEventEncoder, MarksTheFirstAndRepeatsTheLastThreeTimes) {
  TelephoneEventEncoder encoder;
  ASSERT_EQ(encoder.queue("5"), 1U);
  std::vector<TelephoneEvent> events;
  int marked = 0;
  std::uint32_t now = 1000;
  for (; !encoder.idle(); now += 160) {
    const auto output = encoder.tick(now);
    if (!output) continue;
    EXPECT_EQ(output->timestamp, 1000U);
    marked += output->marker ? 1 : 0;
    EXPECT_EQ(output->marker, events.empty());
    events.push_back(*parse_telephone_event(output->payload));
  }
  ASSERT_EQ(events.size(), 7U);
  EXPECT_EQ(marked, 1);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].event, 5);
    EXPECT_EQ(events[i].end, i >= 4);
    EXPECT_EQ(events[i].duration, std::min<std::size_t>(i + 1, 5) * 160);
  }
  EXPECT_EQ(now, 1000U + 10 * 160);  // 100 ms of tone, 100 ms until the next may begin
}

TEST(TelephoneEventEncoder, TakesWhatFitsAndStopsAtWhatIsNoDigit) {
  TelephoneEventEncoder encoder;
  EXPECT_EQ(encoder.queue("12x3"), 2U);
  EXPECT_EQ(encoder.queue(std::string(40, '7')), TelephoneEventEncoder::kMaxQueuedDigits - 2);
  EXPECT_EQ(encoder.queue("1"), 0U);
}

TEST(TelephoneEventDecoder, TellsRepeatedDigitsApartByTimestamp) {
  TelephoneEventDecoder decoder;
  EXPECT_EQ(feed(decoder, 100, {4, false, 10, 160}), '4');
  EXPECT_FALSE(feed(decoder, 100, {4, false, 10, 320}));
  EXPECT_EQ(feed(decoder, 2000, {4, false, 10, 160}), '4');  // the end of the first was lost
  EXPECT_FALSE(feed(decoder, 100, {4, true, 10, 480}));      // and comes late
  EXPECT_EQ(feed(decoder, 9000, {15, true, 10, 800}), 'D');  // only an end packet arrived
  EXPECT_FALSE(feed(decoder, 12000, {16, true, 10, 800}));   // flash
  EXPECT_FALSE(decoder.on_packet(1, std::vector<std::uint8_t>{1, 2}));
  EXPECT_EQ(decoder.malformed(), 1U);
}

TEST(TelephoneEventDecoder, AKeyHeldForLongIsOneDigit) {
  TelephoneEventDecoder decoder;
  std::string digits;
  std::uint32_t segment = 5000;
  std::uint32_t duration = 0;
  for (int tick = 0; tick < 1000; ++tick) {  // 20 s; a segment holds 8.2 s
    if (duration + 160 > 0xffff) {
      if (const auto digit = feed(decoder, segment, {3, false, 10, 0xffff})) digits += *digit;
      segment += 0xffff;
      duration = 0;
    }
    duration += 160;
    if (const auto digit = feed(decoder, segment, {3, false, 10, static_cast<std::uint16_t>(duration)}))
      digits += *digit;
  }
  EXPECT_EQ(digits, "3");
}

TEST(TelephoneEventDecoder, AllDigitsSurviveALossyPath) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    base::Random random(seed);
    std::string digits;
    for (int i = 0; i < 30; ++i) digits += kAllDigits[random.below(kAllDigits.size())];
    if (seed == 0) digits = kAllDigits;
    auto sent = encode(digits, static_cast<std::uint32_t>(random.next()));
    std::vector<Sent> arriving;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      // Bursts lose up to six of a digit's seven packets; some come twice; neighbours swap.
      const bool kept = i % 7 == random.below(7) || !random.chance(0.5) ||
                        (i % 7 == 6 && (arriving.empty() || arriving.back().timestamp != sent[i].timestamp));
      if (kept) arriving.push_back(sent[i]);
      if (kept && random.chance(0.3)) arriving.push_back(sent[i]);
    }
    for (std::size_t i = 1; i < arriving.size(); ++i) {
      if (arriving[i - 1].timestamp == arriving[i].timestamp && random.chance(0.3))
        std::swap(arriving[i - 1], arriving[i]);
    }
    TelephoneEventDecoder decoder;
    std::string heard;
    for (const Sent& packet : arriving) {
      if (const auto digit = decoder.on_packet(packet.timestamp, packet.payload)) heard += *digit;
    }
    EXPECT_EQ(heard, digits) << seed;
  }
}

}  // namespace frontdesk::rtp
