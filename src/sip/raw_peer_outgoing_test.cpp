// Our own requests, answered by hand: repeated 200s, session refreshes, challenges.
#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

TEST_F(RawPeer, OurAckIsRepeatedForARepeatedOk) {
  OutgoingCall call;
  call.target = "sip:100@" + peer.contact();
  call.media = local_media(41000);
  ASSERT_TRUE(agent->invite(call));
  const auto sent = peer.receive_starting("INVITE");
  const auto respond = [&](const std::string& status, const std::string& content) {
    return "SIP/2.0 " + status + "\r\nVia: " + header(sent, "Via") + "\r\nFrom: " + header(sent, "From") +
           "\r\nTo: " + header(sent, "To") + ";tag=answer\r\nCall-ID: " + header(sent, "Call-ID") +
           "\r\nCSeq: " + header(sent, "CSeq") + "\r\nContact: <sip:100@" + peer.contact() +
           ">\r\nContent-Type: application/sdp\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
           content;
  };
  const auto ok = respond("200 OK", kOffer);
  for (int i = 0; i < 3; ++i) {
    peer.send(agent->udp(), ok);
    const auto ack = peer.receive_starting("ACK");
    ASSERT_FALSE(ack.empty()) << i;
    EXPECT_EQ(header(ack, "To"), "<sip:100@127.0.0.1>;tag=answer");
  }
  EXPECT_TRUE(sink.next(Event::established));
}

TEST_F(RawPeer, WeRefreshTheSessionIfAskedTo) {
  auto options = loopback_options();
  options.min_session_interval_s = 1;
  start(options);
  for (const bool update : {true, false}) {
    Request request = invite();
    request.call_id = update ? "update" : "reinvite";
    request.branch = "z9hG4bK" + request.call_id;
    request.extra = std::string("Supported: timer\r\nSession-Expires: 1;refresher=uas\r\n") +
                    (update ? "Allow: INVITE, UPDATE\r\n" : "Allow: INVITE, ACK\r\n");
    const auto ok = answered(request);
    EXPECT_EQ(header(ok, "Session-Expires"), "1;refresher=uas");
    Request ack = within("ACK", 1);
    ack.call_id = request.call_id;
    send(ack);
    const auto refresh = peer.receive_starting(update ? "UPDATE" : "INVITE");
    EXPECT_EQ(header(refresh, "Session-Expires"), "1;refresher=uac");
    EXPECT_EQ(body(refresh).empty(), update);
    // Left without an answer, the session ends.
    EXPECT_FALSE(peer.receive_starting("BYE").empty());
    EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::timeout);
  }
}

TEST_F(RawPeer, AChallengeToOurInviteIsAnsweredOnceWithTheTrunksCredentials) {
  TrunkRegistration trunk;
  trunk.name = "provider";
  trunk.registrar_host = "127.0.0.1";
  trunk.registrar_port = peer.port();
  trunk.username = "ann";
  trunk.password = base::Secret("secret");
  ASSERT_TRUE(agent->register_trunk(trunk));
  OutgoingCall call;
  call.target = "sip:200@" + peer.contact();
  call.media = local_media(41000);
  call.trunk = "provider";
  ASSERT_TRUE(agent->invite(call));
  std::string sent;
  for (int i = 0; i < 2; ++i) {
    sent = peer.receive([&](const std::string& d) { return d.rfind("INVITE", 0) == 0 && d != sent; });
    EXPECT_EQ(header(sent, "From").rfind("<sip:frontdesk@127.0.0.1>;tag=", 0), 0U);
    EXPECT_EQ(header(sent, "Proxy-Authorization").empty(), i == 0);
    peer.send(agent->udp(), "SIP/2.0 407 Proxy Authentication Required\r\nVia: " + header(sent, "Via") +
                                "\r\nFrom: " + header(sent, "From") + "\r\nTo: " + header(sent, "To") +
                                ";tag=x\r\nCall-ID: " + header(sent, "Call-ID") + "\r\nCSeq: " + header(sent, "CSeq") +
                                "\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\nContent-Length: 0\r\n\r\n");
    EXPECT_FALSE(peer.receive_starting("ACK").empty());
  }
  const auto ended = sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::rejected);
  EXPECT_EQ(ended->end.status, 407);
}

}  // namespace
}  // namespace frontdesk::sip
