// What is said about requests that cannot be parsed, and what is not even looked at.
#include "sip/malformed_request.hpp"

#include <gtest/gtest.h>

#include "sip/datagram_screen.hpp"

namespace frontdesk::sip {
namespace {

std::span<const std::uint8_t> bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(MalformedRequest, IsAnsweredByWhatCanBeRead) {
  const auto answer = answer_malformed(
      "INVITE  sip:x  SIP/2.0\r\nv: SIP/2.0/UDP h.example:5072;branch=z9\r\nVia: SIP/2.0/TCP far\r\n"
      "To : Ann\r\n <sip:ann@x>\r\nf: <sip:b@x>;tag=1\r\ni:c\r\nCSeq: 1 INVITE\r\nTo: <sip:second@x>\r\n\r\nVia: "
      "body\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->port, 5072);
  EXPECT_EQ(answer->text,
            "SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP h.example:5072;branch=z9\r\nVia: SIP/2.0/TCP far\r\n"
            "From: <sip:b@x>;tag=1\r\nTo: Ann   <sip:ann@x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(MalformedRequest, GoesWhereTheViaSays) {
  const auto port = [](const std::string& via) {
    const auto answer = answer_malformed("BYE x SIP/2.0\r\nVia: " + via + "\r\n\r\n");
    return answer ? answer->port : 1;
  };
  EXPECT_EQ(port("SIP/2.0/UDP h:7;rport"), 0);
  EXPECT_EQ(port("SIP/2.0/UDP h"), 5060);
  EXPECT_EQ(port("SIP/2.0/UDP [2001:db8::1]"), 5060);
  EXPECT_EQ(port("SIP/2.0/UDP [2001:db8::1]:99999"), 5060);
  EXPECT_EQ(port(""), 5060);
}

TEST(MalformedRequest, OfAnotherVersionIsToldSo) {
  const auto answer = answer_malformed("BYE x SIP/7.0\r\nVia: SIP/7.0/UDP h\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text.rfind("SIP/2.0 505 ", 0), 0U) << answer->text;
}

TEST(MalformedRequest, NobodyAnswersAcksResponsesAndNoise) {
  EXPECT_FALSE(answer_malformed("ACK x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n"));
  EXPECT_FALSE(answer_malformed("SIP/2.0 200\r\nVia: SIP/2.0/UDP h\r\n\r\n"));
  EXPECT_FALSE(answer_malformed("INVITE x SIP/2.0\r\n\r\n"));
  EXPECT_FALSE(answer_malformed(""));
  EXPECT_FALSE(answer_malformed(std::string(5000, '\n')));
}

TEST(DatagramScreen, LetsOnlyWhatLooksLikeSipToTheParser) {
  EXPECT_TRUE(worth_parsing(bytes("OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n")));
  EXPECT_TRUE(worth_parsing(bytes("\r\nSIP/2.0 200 OK\r\n\r\n")));
  EXPECT_TRUE(worth_parsing(bytes("OPTIONS sip:a SIP/7.0\n\n")));
  EXPECT_FALSE(worth_parsing(bytes("")));
  EXPECT_FALSE(worth_parsing(bytes("\r\n\r\n")));
  EXPECT_FALSE(worth_parsing(bytes("GET / HTTP/1.1\r\n\r\n")));
  EXPECT_FALSE(worth_parsing(bytes("X" + std::string(kMaxFirstLine, 'a') + " SIP/2.0\r\n\r\n")));
}

TEST(DatagramScreen, HasAnEndToHeaders) {
  const auto with_headers = [](std::size_t count, std::size_t length) {
    std::string text = "OPTIONS sip:a SIP/2.0\r\n";
    for (std::size_t i = 0; i < count; ++i) text += "a: " + std::string(length, 'b') + "\r\n";
    return text;
  };
  EXPECT_TRUE(worth_parsing(bytes(with_headers(kMaxHeaderLines, 1) + "\r\n")));
  EXPECT_FALSE(worth_parsing(bytes(with_headers(kMaxHeaderLines + 3, 1) + "\r\n")));
  EXPECT_FALSE(worth_parsing(bytes(with_headers(30, 1000) + "\r\n")));
  // A long body is none of its business.
  EXPECT_TRUE(worth_parsing(bytes(with_headers(3, 1) + "\r\n" + std::string(60'000, '\n'))));
}

TEST(DatagramScreen, KnowsStun) {
  std::string stun("\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
  EXPECT_FALSE(looks_like_stun(bytes(stun)));
  stun.resize(20);
  EXPECT_TRUE(looks_like_stun(bytes(stun)));
  stun[0] = 'O';
  EXPECT_FALSE(looks_like_stun(bytes(stun)));
}

}  // namespace
}  // namespace frontdesk::sip
