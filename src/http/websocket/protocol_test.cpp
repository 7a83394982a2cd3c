#include "http/websocket/protocol.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace frontdesk::websocket {
namespace {

constexpr std::uint8_t kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;
constexpr std::uint8_t kFinal = 0x80;

struct Frame {
  std::uint8_t first = kFinal | kText;
  std::string payload;
  bool masked = true;
  int length_form = 0;  ///< 0: the shortest; 126, 127: that one
};

std::string bytes_of(const Frame& frame) {
  std::string out(1, static_cast<char>(frame.first));
  const auto size = frame.payload.size();
  const int form = frame.length_form != 0 ? frame.length_form : size < 126 ? 0 : size < 65536 ? 126 : 127;
  out += static_cast<char>((frame.masked ? 0x80U : 0U) | (form == 0 ? size : static_cast<std::size_t>(form)));
  for (int shift = form == 126 ? 8 : form == 127 ? 56 : -1; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(size) >> static_cast<unsigned>(shift) & 0xFFU);
  if (!frame.masked) return out + frame.payload;
  const std::string mask = "\x12\x34\xAB\xCD";
  out += mask;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(frame.payload[i] ^ mask[i % 4]);
  return out;
}

std::string close_payload(int code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + std::string(reason);
}

/// A frame of the server, read back: these are short enough for the small forms.
struct Sent {
  std::uint8_t opcode = 0;
  std::string payload;
};

class ProtocolTest : public ::testing::Test {
 protected:
  base::Instant now{base::seconds(100)};
  Limits limits;
  std::unique_ptr<Protocol> server = std::make_unique<Protocol>(limits, now);
  std::vector<Message> messages;

  void feed(std::string_view bytes) {
    server->receive({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, now, messages);
  }
  void feed(const Frame& frame) { feed(bytes_of(frame)); }
  void restart() {
    server = std::make_unique<Protocol>(limits, now);
    messages.clear();
  }
  std::vector<Sent> sent() {
    const auto bytes = server->take_output();
    std::vector<Sent> frames;
    for (std::size_t at = 0; at + 2 <= bytes.size();) {
      Sent frame{static_cast<std::uint8_t>(bytes[at] & 0x0F), {}};
      EXPECT_EQ(static_cast<std::uint8_t>(bytes[at]) & 0xF0U, kFinal);
      std::size_t size = static_cast<std::uint8_t>(bytes[at + 1]);
      EXPECT_LT(size, 127U) << "a server masks nothing";
      at += 2;
      if (size == 126) {
        size = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at]) << 8U |
                                        static_cast<std::uint8_t>(bytes[at + 1]));
        at += 2;
      }
      frame.payload = bytes.substr(at, size);
      at += size;
      frames.push_back(frame);
    }
    return frames;
  }
  /// The code of the close frame that is all that was sent; 0: something else was.
  int closed_with() {
    const auto frames = sent();
    if (frames.size() != 1 || frames[0].opcode != kClose || frames[0].payload.size() < 2) return 0;
    return static_cast<std::uint8_t>(frames[0].payload[0]) << 8 | static_cast<std::uint8_t>(frames[0].payload[1]);
  }
};

TEST_F(ProtocolTest, MessagesOfEveryLengthComeThroughWhateverTheirPieces) {
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 127UL, 65535UL, 65536UL}) {
    const Message expected{Kind::binary, std::string(size, 'x')};
    for (const std::size_t step : {1UL, 7UL, 100'000UL}) {
      restart();
      const auto bytes = bytes_of({kFinal | kBinary, expected.data});
      for (std::size_t at = 0; at < bytes.size(); at += step) feed(std::string_view(bytes).substr(at, step));
      ASSERT_EQ(messages.size(), 1U) << size << " by " << step;
      EXPECT_EQ(messages[0], expected);
      EXPECT_FALSE(server->over());
    }
  }
}

TEST_F(ProtocolTest, FragmentsMakeOneMessageWithControlFramesBetweenThem) {
  feed(Frame{kText, "Guten "});
  feed(Frame{kFinal | kPing, "are you there"});
  feed(Frame{kContinuation, "T\xC3"});
  EXPECT_EQ(messages.size(), 0U);
  feed(Frame{kFinal | kContinuation, "\xA4g"});
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0], (Message{Kind::text, "Guten T\xC3\xA4g"}));
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].opcode, kPong);
  EXPECT_EQ(frames[0].payload, "are you there");
}

TEST_F(ProtocolTest, OnlyTheNewestPingIsAnswered) {
  for (int i = 0; i < 10'000; ++i) feed(Frame{kFinal | kPing, std::to_string(i)});
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload, "9999");
}

TEST_F(ProtocolTest, WhatTheRfcForbidsEndsTheConnectionWithTheRightCode) {
  struct Case {
    const char* what;
    std::vector<Frame> frames;
    int code;
  };
  const std::string long_ping(126, 'p');
  const std::vector<Case> cases = {
      {"no mask", {{kFinal | kText, "hello", false}}, 1002},
      {"empty and no mask", {{kFinal | kText, "", false}}, 1002},
      {"a ping without a mask", {{kFinal | kPing, "", false}}, 1002},
      {"RSV1", {{kFinal | 0x40 | kText, "hello"}}, 1002},
      {"RSV2", {{kFinal | 0x20 | kText, "hello"}}, 1002},
      {"RSV3 on a control frame", {{kFinal | 0x10 | kPing, ""}}, 1002},
      {"opcode 3", {{kFinal | 3, ""}}, 1002},
      {"opcode 7", {{kFinal | 7, "x"}}, 1002},
      {"opcode 11", {{kFinal | 11, ""}}, 1002},
      {"opcode 15", {{kFinal | 15, "x"}}, 1002},
      {"a long ping", {{kFinal | kPing, long_ping}}, 1002},
      {"a ping in pieces", {{kPing, "half"}}, 1002},
      {"a close in pieces", {{kClose, ""}}, 1002},
      {"nothing to continue", {{kFinal | kContinuation, "x"}}, 1002},
      {"a text within a text", {{kText, "a"}, {kFinal | kText, "b"}}, 1002},
      {"a short length in the long form", {{kFinal | kText, "hello", true, 126}}, 1002},
      {"a short length in the longest form", {{kFinal | kText, "hello", true, 127}}, 1002},
      {"no UTF-8", {{kFinal | kText, "\xC3\x28"}}, 1007},
      {"a surrogate", {{kFinal | kText, "\xED\xA0\x80"}}, 1007},
      {"cut UTF-8", {{kFinal | kText, "\xE2\x82"}}, 1007},
      {"cut UTF-8 in pieces", {{kText, "\xE2"}, {kFinal | kContinuation, "\x82"}}, 1007},
      {"half a close code", {{kFinal | kClose, "\x03"}}, 1002},
      {"a close reason without UTF-8", {{kFinal | kClose, close_payload(1000, "\xFF")}}, 1007},
      {"too long", {{kFinal | kBinary, std::string(65537, 'x')}}, 1009},
  };
  for (const auto& [what, frames, code] : cases) {
    restart();
    for (const auto& frame : frames) feed(frame);
    EXPECT_EQ(closed_with(), code) << what;
    EXPECT_TRUE(server->over()) << what;
    EXPECT_EQ(server->code(), code) << what;
    EXPECT_TRUE(messages.empty()) << what;
    feed(Frame{kFinal | kText, "more"});
    EXPECT_TRUE(messages.empty() && sent().empty()) << what;
  }
}

TEST_F(ProtocolTest, CloseCodesThatNobodyMaySendAreRefusedAndOthersReturned) {
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    restart();
    feed(Frame{kFinal | kClose, close_payload(code)});
    EXPECT_EQ(closed_with(), 1002) << code;
  }
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1013, 3000, 4999}) {
    restart();
    feed(Frame{kFinal | kClose, close_payload(code, "Tsch\xC3\xBC\xC3\x9F")});
    EXPECT_EQ(closed_with(), code) << code;
    EXPECT_EQ(server->code(), code);
    EXPECT_TRUE(server->over());
  }
  restart();
  feed(Frame{kFinal | kClose, ""});
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload, "");
  EXPECT_EQ(server->code(), kNoStatus);
}

TEST_F(ProtocolTest, AnAnnouncedLengthCostsNothingBeforeItsBytesCome) {
  feed(std::string_view("\x82\xFF\x00\x00\x00\x7F\xFF\xFF\xFF\xFF\x01\x02\x03\x04", 14));
  feed(std::string_view("\x05", 1));
  EXPECT_EQ(closed_with(), 1009);
}

TEST_F(ProtocolTest, AMessageInTooManyPiecesIsRefused) {
  feed(Frame{kBinary, ""});
  for (std::size_t i = 1; i < limits.message_frames; ++i) feed(Frame{kContinuation, ""});
  EXPECT_FALSE(server->over());
  feed(Frame{kContinuation, ""});
  EXPECT_EQ(closed_with(), 1008);
}

TEST_F(ProtocolTest, PiecesTogetherMayNotExceedTheLimit) {
  feed(Frame{kBinary, std::string(60'000, 'x')});
  feed(Frame{kContinuation, std::string(6'000, 'x')});
  EXPECT_EQ(closed_with(), 1009);
}

TEST_F(ProtocolTest, ASilentPeerIsPingedAndThenGivenUp) {
  EXPECT_EQ(server->next_wakeup(), now + limits.ping_every);
  now = server->next_wakeup();
  server->on_time(now);
  auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].opcode, kPing);
  feed(Frame{kFinal | kPong, ""});
  EXPECT_EQ(server->next_wakeup(), now + limits.ping_every);
  now = server->next_wakeup();
  server->on_time(now);
  (void)sent();
  now = server->next_wakeup();
  server->on_time(now);
  EXPECT_TRUE(server->over());
  EXPECT_EQ(server->code(), kAbnormal);
  EXPECT_TRUE(sent().empty());
}

TEST_F(ProtocolTest, OurCloseWaitsForThePeersAndNotForLong) {
  server->close(kGoingAway, "stopping", now);
  EXPECT_EQ(closed_with(), kGoingAway);
  feed(Frame{kFinal | kText, "in flight"});
  server->send({Kind::text, "too late"});
  EXPECT_TRUE(messages.empty() && sent().empty());
  EXPECT_FALSE(server->over());
  feed(Frame{kFinal | kClose, close_payload(1001)});
  EXPECT_TRUE(server->over());
  EXPECT_TRUE(sent().empty()) << "one close frame each";
  restart();
  server->close(kGoingAway, "stopping", now);
  now = server->next_wakeup();
  server->on_time(now);
  EXPECT_TRUE(server->over());
}

TEST_F(ProtocolTest, ALongReasonIsCutBetweenCharacters) {
  std::string reason;
  for (int i = 0; i < 100; ++i) reason += "\xC3\xA4";
  server->close(kNormalClosure, reason, now);
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload.size(), 2U + 122U);
}

TEST_F(ProtocolTest, LongMessagesGoOutWhole) {
  server->send({Kind::binary, std::string(40'000, 'b')});
  const auto frames = sent();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].opcode, kBinary);
  EXPECT_EQ(frames[0].payload.size(), 40'000U);
}

TEST_F(ProtocolTest, DamagedStreamsNeverHoldMoreThanTheLimits) {
  base::Random random(20261123);
  for (int round = 0; round < 3000; ++round) {
    restart();
    std::string bytes;
    for (int i = 0; i < 6; ++i)
      bytes += bytes_of(
          {static_cast<std::uint8_t>(random.below(256)), std::string(random.below(200), 'z'), random.chance(0.9)});
    for (int i = 0; i < 4; ++i) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    for (std::size_t at = 0; at < bytes.size(); at += 13) feed(std::string_view(bytes).substr(at, 13));
    EXPECT_LE(server->take_output().size(), 400U);
  }
}

}  // namespace
}  // namespace frontdesk::websocket
