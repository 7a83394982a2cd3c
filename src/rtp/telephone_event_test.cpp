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

/// As telephones send them: any length and pause from 50 ms, a packet each 20 or 50 ms, the end three times; the path
/// loses a fifth of the packets, end packets above all, doubles some and delays others by up to three.
TEST(TelephoneEventDecoder, TenThousandDigitsNoneLostNoneDoubled) {
  base::Random random(12);
  TelephoneEventDecoder decoder;
  std::string sent_digits, heard;
  std::uint32_t now = static_cast<std::uint32_t>(random.next());
  for (int i = 0; i < 10'000; ++i) {
    const char digit = kAllDigits[random.below(kAllDigits.size())];
    sent_digits += digit;
    const auto length = static_cast<std::uint32_t>(random.between(50, 2000)) * 8;
    const std::uint32_t step = random.chance(0.5) ? 160 : 400;
    std::vector<TelephoneEvent> packets;
    for (std::uint32_t at = step; at < length; at += step)
      packets.push_back({*event_of_digit(digit), false, 10, static_cast<std::uint16_t>(at)});
    for (int k = 0; k < 3; ++k)
      packets.push_back({*event_of_digit(digit), true, 10, static_cast<std::uint16_t>(length)});
    std::vector<TelephoneEvent> arriving;
    const std::size_t never_lost = random.below(packets.size());
    const bool no_end = never_lost < packets.size() - 3 && random.chance(0.3);
    for (std::size_t k = 0; k < packets.size(); ++k) {
      const bool lost = k != never_lost && (random.chance(0.2) || (no_end && packets[k].end));
      if (!lost) arriving.push_back(packets[k]);
      if (!lost && random.chance(0.1)) arriving.push_back(packets[k]);
    }
    for (std::size_t k = 0; k < arriving.size(); ++k) {
      const auto other = std::min(arriving.size() - 1, k + random.below(4));
      if (random.chance(0.2)) std::swap(arriving[k], arriving[other]);
    }
    for (const auto& packet : arriving) {
      if (const auto told = feed(decoder, now, packet)) heard += *told;
    }
    now += length + static_cast<std::uint32_t>(random.between(50, 1000)) * 8;
  }
  EXPECT_EQ(heard.size(), sent_digits.size());
  EXPECT_TRUE(heard == sent_digits);
}

}  // namespace frontdesk::rtp
