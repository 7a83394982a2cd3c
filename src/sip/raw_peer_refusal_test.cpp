// What is refused, dropped or survived: malformed messages, floods, garbage, too many calls.
#include "base/random.hpp"
#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

TEST_F(RawPeer, RefusesWithTheRightStatus) {
  struct Case {
    const char* what;
    int status;
    std::function<void(Request&)> spoil;
  };
  const std::vector<Case> cases = {
      {"no From", 400, [](Request& r) { r.without = "From"; }},
      {"no To", 400, [](Request& r) { r.without = "To"; }},
      {"no Call-ID", 400, [](Request& r) { r.without = "Call-ID"; }},
      {"no CSeq", 400, [](Request& r) { r.without = "CSeq"; }},
      {"no Contact", 400, [](Request& r) { r.without = "Contact"; }},
      {"no From tag", 400, [](Request& r) { r.from_tag.clear(); }},
      {"CSeq method", 400, [](Request& r) { r.sequence_method = "OPTIONS"; }},
      {"CSeq negative", 400, [](Request& r) { r.sequence = -1; }},
      {"two Froms", 400, [](Request& r) { r.extra = "From: <sip:b@c>;tag=2\r\n"; }},
      {"Content-Length too long", 400,
       [](Request& r) { r.without = "Content-Length", r.extra = "Content-Length: 9999\r\n"; }},
      {"Content-Length words", 400,
       [](Request& r) { r.without = "Content-Length", r.extra = "Content-Length: many\r\n"; }},
      {"Max-Forwards", 400, [](Request& r) { r.without = "Max-Forwards", r.extra = "Max-Forwards: 300\r\n"; }},
      {"other URI", 416, [](Request& r) { r.uri = "mailto:ann@example.com"; }},
      {"unknown extension", 420, [](Request& r) { r.extra = "Require: timer, 100rel, nothing\r\n"; }},
      {"text body", 415, [](Request& r) { r.content_type = "text/plain"; }},
      {"garbage SDP", 488, [](Request& r) { r.content = "hello"; }},
      {"video only", 488, [](Request& r) { r.content.replace(r.content.find("audio"), 5, "video"); }},
      {"text only", 488, [](Request& r) { r.content.replace(r.content.find("audio"), 5, "text "); }},
      {"telephone-event only", 488, [](Request& r) { r.content.replace(r.content.find(" 8 0 96"), 7, " 96"); }},
      {"unknown codec", 488, [](Request& r) { r.content.replace(r.content.find(" 8 0 96"), 7, " 3"); }},
      {"SRTP", 488, [](Request& r) { r.content.replace(r.content.find("RTP/AVP"), 7, "RTP/SAVP"); }},
      {"port 0", 488, [](Request& r) { r.content.replace(r.content.find("40000"), 5, "0"); }},
      {"unknown dialog", 481, [](Request& r) { r.to_tag_value = "nobody"; }},
      {"unknown BYE", 481, [](Request& r) { r.method = "BYE", r.to_tag_value = "nobody"; }},
      {"unknown CANCEL", 481, [](Request& r) { r.method = "CANCEL"; }},
      {"REGISTER", 405, [](Request& r) { r.method = "REGISTER"; }},
      {"REFER", 405, [](Request& r) { r.method = "REFER"; }},
      {"SUBSCRIBE", 405, [](Request& r) { r.method = "SUBSCRIBE"; }},
      {"nonsense method", 501, [](Request& r) { r.method = "DANCE"; }},
      {"OPTIONS", 200, [](Request& r) { r.method = "OPTIONS"; }},
  };
  int call = 0;
  for (const auto& test : cases) {
    Request request = invite();
    request.call_id = "refused-" + std::to_string(++call);
    test.spoil(request);
    EXPECT_EQ(status_of(request), test.status) << test.what;
  }
  EXPECT_FALSE(sink.next(Event::incoming, std::chrono::milliseconds(20)));
  EXPECT_GT(agent->counters().malformed, 8U);
}

TEST_F(RawPeer, OverTheLimitIs503WithRetryAfter) {
  auto options = loopback_options();
  options.max_dialogs = 1;
  start(options);
  establish();
  Request second = invite();
  second.call_id = "second";
  second.branch = "z9hG4bKsecond";
  send(second);
  const auto response = peer.receive_starting("SIP/2.0 503");
  EXPECT_EQ(header(response, "Retry-After"), "5");
}

TEST_F(RawPeer, AnUnansweredCallEndsAfterTheRingLimit) {
  auto options = loopback_options();
  options.ring_limit = base::milliseconds(100);
  start(options);
  send(invite());
  EXPECT_FALSE(peer.receive_starting("SIP/2.0 480").empty());
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::timeout);
}

TEST_F(RawPeer, AFloodFromOneSourceIsDroppedUnread) {
  auto options = loopback_options();
  options.max_messages_per_s = 1;
  options.message_burst = 20;
  start(options);
  Request flood;
  flood.method = "OPTIONS";
  for (int i = 0; i < 200; ++i) {
    flood.branch = "z9hG4bKflood" + std::to_string(i);
    send(flood);
  }
  int answers = 0;
  while (!peer.receive_starting("SIP/2.0 200", std::chrono::milliseconds(200)).empty()) ++answers;
  EXPECT_GE(answers, 18);
  EXPECT_LE(answers, 22);
  EXPECT_GE(agent->counters().rate_limited, 100U);
}

TEST_F(RawPeer, StrayResponsesAndGarbageDisturbNothing) {
  auto options = loopback_options();
  options.max_messages_per_s = 1e6;
  options.message_burst = 1e6;
  start(options);
  establish();
  ::testing::internal::CaptureStderr();
  base::Random random(1);
  const std::string seed = invite().text(peer);
  for (int i = 0; i < 10'000; ++i) {
    std::string datagram;
    if (i % 3 == 0) {
      datagram.resize(random.below(600));
      for (auto& c : datagram) c = static_cast<char>(random.below(256));
    } else if (i % 3 == 1) {
      // A good message, damaged.
      datagram = seed;
      for (int k = 0; k < 8; ++k) datagram[random.below(datagram.size())] = static_cast<char>(random.below(256));
    } else {
      datagram = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK" + std::to_string(i) +
                 "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
                 "Content-Length: 0\r\n\r\n";
    }
    peer.send(agent->udp(), datagram);
    // In step, so that the socket's buffer loses nothing.
    if (i % 100 == 99) {
      ASSERT_TRUE(alive()) << i;
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_GT(agent->counters().malformed, 3000U);
  send(within("BYE", 2));
  bool ended = false;
  while (const auto event = sink.next(Event::ended)) {
    if (event->dialog != dialog) continue;
    ended = true;
    EXPECT_EQ(event->end.cause, EndCause::remote_hangup);
    break;
  }
  EXPECT_TRUE(ended);
}

// A short fragment is not among these: it may be the beginning of a message, and has 32 s to go on.
TEST_F(RawPeer, GarbageOverTcpClosesThatConnectionOnly) {
  establish();
  for (const std::string& text :
       {std::string(70'000, 'A'), std::string("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\n\r\n")}) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(agent->tcp().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    pollfd closed{fd, POLLIN, 0};
    EXPECT_EQ(::poll(&closed, 1, 5000), 1) << text.substr(0, 20);
    ::close(fd);
  }
  EXPECT_TRUE(alive());
  EXPECT_EQ(agent->counters().dialogs, 1U);
}

}  // namespace
}  // namespace frontdesk::sip
