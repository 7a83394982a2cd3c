#include "web_call/web_call.hpp"

#include <gtest/gtest.h>

#include "rtp/packet.hpp"

namespace frontdesk::web_call {
namespace {

class WebCallTest : public ::testing::Test {
 protected:
  std::shared_ptr<http::WebSocket> socket = std::make_shared<http::WebSocket>();
  std::vector<std::uint64_t> ended;
  std::string pressed;
  std::string admitted;
  int taken = 0;
  std::shared_ptr<WebCall> call =
      std::make_shared<WebCall>(*format_of("mulaw", 8000), socket,
                                Calls{[this](runtime::FrameCaller, std::shared_ptr<runtime::FrameLeg>) { ++taken; },
                                      [this](std::uint64_t dialog) { ended.push_back(dialog); },
                                      [this](std::uint64_t, char digit) { pressed += digit; }},
                                [this](const std::string& id) { admitted = id; });
};

TEST_F(WebCallTest, WhoHangsUpBeforeTheCallIsAdmittedLeavesNone) {
  call->start({});
  EXPECT_EQ(taken, 1);
  call->hang_up();
  EXPECT_TRUE(ended.empty());
  call->on_admitted(5, "call_1");
  EXPECT_EQ(ended, std::vector<std::uint64_t>{5});
  EXPECT_EQ(admitted, "");
  call->hang_up();
  EXPECT_EQ(ended.size(), 1U);
}

TEST_F(WebCallTest, TheClientLearnsWhichCallIsItsOwn) {
  call->on_admitted(5, "call_1");
  EXPECT_EQ(admitted, "call_1");
  const auto messages = socket->take().messages;
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_NE(messages[0].data.find("\"own\":true"), std::string::npos);
  call->press("12#");
  EXPECT_EQ(pressed, "12#");
}

TEST_F(WebCallTest, ARefusalIsTold) {
  call->on_refused(503, "every line is taken");
  const auto messages = socket->take().messages;
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_NE(messages[0].data.find("call.ended"), std::string::npos);
  EXPECT_TRUE(call->over());
}

TEST_F(WebCallTest, SoundForAClientThatDoesNotReadIsDroppedAndNotTheConnection) {
  std::vector<std::uint8_t> packet(rtp::kHeaderBytes + 160);
  (void)rtp::write_packet({false, 0, 1, 160, 1}, std::vector<std::uint8_t>(160, 0xFF), packet);
  for (int i = 0; i < 5000; ++i) call->on_packet(packet);
  EXPECT_LE(socket->waiting(), kMaxUnsent + 200);
  EXPECT_FALSE(socket->take().closing);
}

TEST_F(WebCallTest, SoundThatTheCallDoesNotTakeIsDropped) {
  for (int i = 0; i < 500; ++i) call->sound(std::string(1600, '\xFF'), base::Instant{base::milliseconds(200 * i)});
  std::vector<runtime::FrameLeg::Packet> packets;
  call->drain(packets);
  EXPECT_EQ(packets.size(), runtime::FrameLeg::kPacketsWaiting);
  call->on_ended("over");
  call->sound(std::string(1600, '\xFF'), base::Instant{base::seconds(200)});
  call->drain(packets);
  EXPECT_TRUE(packets.empty());
}

TEST(ReadStartTest, WhatTheClientWritesIsChecked) {
  EXPECT_TRUE(read_start("{}"));
  const auto start = read_start(R"({"format":"mulaw","caller":"+447700900123","caller_name":"Ann"})");
  ASSERT_TRUE(start);
  EXPECT_TRUE(start->format.mulaw);
  EXPECT_EQ(start->caller.expose(), "+447700900123");
  for (const auto* bad : {"[]", "{", "null", R"({"format":"opus"})", R"({"format":7})", R"({"rate":"8000"})",
                          R"({"rate":44100})", R"({"rate":99999999999})", R"({"caller":7})",
                          R"({"caller":"a\r\nX: y"})", R"({"format":"mulaw","rate":16000})"})
    EXPECT_FALSE(read_start(bad)) << bad;
  EXPECT_FALSE(read_start(R"({"caller":")" + std::string(101, '7') + "\"}"));
}

TEST(DigitsTest, OnlyKeysOfATelephone) {
  EXPECT_TRUE(are_digits("0123456789*#ABCD"));
  for (const auto* bad : {"", "a", "1 2", "012345678901234567890123456789012"}) EXPECT_FALSE(are_digits(bad)) << bad;
}

}  // namespace
}  // namespace frontdesk::web_call
