// What a peer may do that our own user agent does not: late offers, lost and repeated messages, holds
// by hand, and everything malformed. Messages are plain UDP datagrams.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "sip/test_peer.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

class RawPeer : public ::testing::Test {
 protected:
  RawPeer() { start(loopback_options()); }
  /// The peer answers no BYE, so waiting for that is in vain.
  ~RawPeer() override {
    if (agent) agent->stop(base::milliseconds(20));
  }

  void start(const UserAgentOptions& options) {
    if (agent) agent->stop(base::milliseconds(20));
    agent.reset();
    auto started = UserAgent::start(options, sink);
    ASSERT_TRUE(started) << base::describe(started.error());
    agent = std::move(*started);
  }
  void send(const Request& request) { peer.send(agent->udp(), request.text(peer)); }
  int status_of(Request request) {
    request.branch = "z9hG4bKs" + std::to_string(++branches);
    send(request);
    return peer.final_status(request.branch);
  }
  Request invite(const std::string& content = kOffer) {
    Request request;
    request.content = content;
    return request;
  }
  /// INVITE, answer, 200; the caller acknowledges.
  std::string answered(const Request& request, LocalMedia media = local_media(42000)) {
    send(request);
    const auto incoming = sink.next(Event::incoming);
    EXPECT_TRUE(incoming);
    if (!incoming) return {};
    dialog = incoming->dialog;
    (void)agent->answer(dialog, std::move(media));
    const std::string ok = peer.receive_starting("SIP/2.0 200");
    tag = to_tag(ok);
    return ok;
  }
  Request within(const std::string& method, int sequence, const std::string& content = {}) {
    Request request;
    request.method = method;
    request.branch = "z9hG4bKd" + std::to_string(++branches);
    request.to_tag_value = tag;
    request.sequence = sequence;
    request.content = content;
    return request;
  }
  void establish() {
    answered(invite());
    send(within("ACK", 1));
    ASSERT_TRUE(sink.next(Event::established));
    ASSERT_TRUE(sink.next(Event::media));
  }
  /// Proof that nothing before this disturbed the agent.
  bool alive() {
    Request options;
    options.method = "OPTIONS";
    options.call_id = "alive-" + std::to_string(++branches);
    return status_of(options) == 200;
  }

  RecordingSink sink;
  std::unique_ptr<UserAgent> agent;
  UdpPeer peer;
  DialogId dialog = 0;
  std::string tag;
  int branches = 0;
};

TEST_F(RawPeer, EarlyOfferIsAnsweredInItsOrderWithItsPayloadTypes) {
  Request request = invite();
  request.extra = "P-Asserted-Identity: <sip:+442079460000@carrier>, <tel:+442079460001>\r\n";
  send(request);
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.from_display, "Ann");
  EXPECT_EQ(incoming->call.from_user, "ann");
  EXPECT_EQ(incoming->call.call_id, "call-1");
  EXPECT_EQ(incoming->call.source.port, peer.port());
  EXPECT_EQ(incoming->call.asserted_identities, (std::vector<std::string>{"+442079460000", "+442079460001"}));
  EXPECT_FALSE(peer.receive_starting("SIP/2.0 100").empty());
  ASSERT_TRUE(agent->ring(incoming->dialog));
  const auto ringing = peer.receive_starting("SIP/2.0 180");
  EXPECT_FALSE(to_tag(ringing).empty());
  ASSERT_TRUE(agent->answer(incoming->dialog, local_media(42000)));
  const auto ok = peer.receive_starting("SIP/2.0 200");
  EXPECT_EQ(to_tag(ok), to_tag(ringing));
  EXPECT_NE(body(ok).find("m=audio 42000 RTP/AVP 8 96\r\n"), std::string::npos) << ok;
  EXPECT_NE(body(ok).find("a=rtpmap:96 telephone-event/8000\r\n"), std::string::npos);
  EXPECT_NE(header(ok, "Allow").find("UPDATE"), std::string::npos);
  EXPECT_EQ(header(ok, "Contact"), "<sip:100@" + base::to_string(agent->udp()) + ">");
  EXPECT_NE(header(ok, "Via").find(";rport=" + std::to_string(peer.port())), std::string::npos);
}

TEST_F(RawPeer, LateOfferIsInThe200AndItsAnswerInTheAck) {
  const auto ok = answered(invite(""));
  EXPECT_NE(body(ok).find("m=audio 42000 RTP/AVP 0 8 101\r\n"), std::string::npos) << ok;
  EXPECT_FALSE(sink.next(Event::media, std::chrono::milliseconds(20)));
  send(within("ACK", 1,
              "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40002 RTP/AVP 8\r\n"));
  const auto media = sink.next(Event::media);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->negotiated.format, (MediaFormat{Codec::pcma, 8}));
  EXPECT_EQ(media->negotiated.telephone_event_payload_type, std::nullopt);
  EXPECT_TRUE(sink.next(Event::established));
}

TEST_F(RawPeer, ALateOfferWithoutAnAnswerEndsInBye) {
  answered(invite(""));
  send(within("ACK", 1));
  EXPECT_FALSE(peer.receive_starting("BYE").empty());
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::no_media_agreement);
}

TEST_F(RawPeer, TheOkIsRepeatedUntilTheAckAndThenNoMore) {
  answered(invite());
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(peer.receive_starting("SIP/2.0 200").empty()) << i;
  send(within("ACK", 1));
  ASSERT_TRUE(sink.next(Event::established));
  // Whatever was on its way has arrived when this is answered.
  ASSERT_TRUE(alive());
  EXPECT_TRUE(peer.receive_starting("SIP/2.0 200", std::chrono::milliseconds(400)).empty());
}

TEST_F(RawPeer, WithoutAckTheCallEndsWithBye) {
  auto options = loopback_options();
  options.t1 = base::milliseconds(5);
  start(options);
  answered(invite());
  const auto ended = sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::no_ack);
  EXPECT_FALSE(peer.receive_starting("BYE").empty());
  EXPECT_EQ(agent->counters().unacknowledged, 1U);
}

TEST_F(RawPeer, HangUpBeforeTheAckWaitsForIt) {
  answered(invite());
  ASSERT_TRUE(agent->hang_up(dialog, "changed our mind"));
  ASSERT_TRUE(sink.next(Event::ended));
  ASSERT_FALSE(peer.receive_starting("SIP/2.0 200").empty());
  send(within("ACK", 1));
  const auto bye = peer.receive_starting("BYE");
  EXPECT_NE(header(bye, "Reason").find("changed our mind"), std::string::npos);
  EXPECT_EQ(header(bye, "To"), "\"Ann\" <sip:ann@127.0.0.1>;tag=peer");
}

TEST_F(RawPeer, ARepeatedInviteIsOneCall) {
  const Request request = invite();
  for (int i = 0; i < 5; ++i) send(request);
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  ASSERT_TRUE(alive());
  EXPECT_FALSE(sink.next(Event::incoming, std::chrono::milliseconds(50)));
  ASSERT_TRUE(agent->answer(incoming->dialog, local_media(42000)));
  ASSERT_FALSE(peer.receive_starting("SIP/2.0 200").empty());
  send(request);
  ASSERT_TRUE(alive());
  EXPECT_EQ(agent->counters().total_dialogs, 1U);
}

TEST_F(RawPeer, AnInviteMergedOnItsWayIs482) {
  send(invite());
  ASSERT_TRUE(sink.next(Event::incoming));
  EXPECT_EQ(status_of(invite()), 482);
}

TEST_F(RawPeer, CancelGets200AndTheInvite487) {
  const Request request = invite();
  send(request);
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  Request cancel = request;
  cancel.method = "CANCEL";
  cancel.content.clear();
  send(cancel);
  bool ok = false, terminated = false;
  for (int i = 0; i < 2; ++i) {
    const auto response = peer.receive([](const std::string& d) { return d.rfind("SIP/2.0 1", 0) != 0; });
    ok |= response.rfind("SIP/2.0 200", 0) == 0 && header(response, "CSeq") == "1 CANCEL";
    terminated |= response.rfind("SIP/2.0 487", 0) == 0;
  }
  EXPECT_TRUE(ok);
  EXPECT_TRUE(terminated);
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::cancelled);
  // Too late.
  ASSERT_TRUE(agent->answer(incoming->dialog, local_media(42000)));
  EXPECT_TRUE(alive());
  EXPECT_FALSE(sink.next(Event::media, std::chrono::milliseconds(50)));
}

TEST_F(RawPeer, HoldAndResumeByInviteAndUpdate) {
  establish();
  std::string hold = kOffer;
  hold.replace(hold.find("sendrecv"), 8, "sendonly");
  const Request reinvite = within("INVITE", 2, hold);
  send(reinvite);
  const auto ok = peer.receive_starting("SIP/2.0 200");
  EXPECT_NE(body(ok).find("a=recvonly\r\n"), std::string::npos) << ok;
  send(within("ACK", 2));
  auto media = sink.next(Event::media);
  ASSERT_TRUE(media);
  EXPECT_FALSE(media->negotiated.may_send);
  EXPECT_TRUE(media->negotiated.may_receive);

  send(within("UPDATE", 3, kOffer));
  const auto updated = peer.receive_starting("SIP/2.0 200");
  EXPECT_EQ(header(updated, "CSeq"), "3 UPDATE");
  media = sink.next(Event::media);
  ASSERT_TRUE(media);
  EXPECT_TRUE(media->negotiated.may_send);

  // An offer that cannot be taken changes nothing.
  std::string video = kOffer;
  video.replace(video.find("audio"), 5, "video");
  const Request bad = within("INVITE", 4, video);
  send(bad);
  EXPECT_EQ(peer.final_status(bad.branch), 488);
  send(within("BYE", 5));
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::remote_hangup);
}

TEST_F(RawPeer, AnInviteWithoutOfferInsideTheCallGetsOne) {
  establish();
  send(within("INVITE", 2));
  const auto ok = peer.receive_starting("SIP/2.0 200");
  EXPECT_NE(body(ok).find("m=audio 42000"), std::string::npos);
  send(within("ACK", 2, kOffer));
  EXPECT_TRUE(alive());
  EXPECT_EQ(agent->counters().dialogs, 1U);
}

TEST_F(RawPeer, AnOfferBeforeTheAckIs500WithRetryAfter) {
  answered(invite());
  const Request again = within("INVITE", 2, kOffer);
  send(again);
  const auto response = peer.receive_starting("SIP/2.0 500");
  EXPECT_FALSE(header(response, "Retry-After").empty());
}

TEST_F(RawPeer, OldSequenceNumbersAndStrangeTagsAreRefused) {
  establish();
  Request old = within("INFO", 0);
  send(old);
  EXPECT_EQ(peer.final_status(old.branch), 500);
  Request stranger = within("BYE", 2);
  stranger.from_tag = "other";
  send(stranger);
  EXPECT_EQ(peer.final_status(stranger.branch), 481);
  EXPECT_EQ(agent->counters().dialogs, 1U);
}

TEST_F(RawPeer, DigitsByInfo) {
  establish();
  int sequence = 1;
  for (const char* signal : {"5", "*", "#", "d", "10", "11"}) {
    Request info = within("INFO", ++sequence, std::string("Signal=") + signal + "\r\nDuration=160\r\n");
    info.content_type = "application/dtmf-relay";
    send(info);
    EXPECT_EQ(peer.final_status(info.branch), 200);
  }
  std::string digits;
  for (int i = 0; i < 6; ++i) digits += sink.next(Event::dtmf)->digit;
  EXPECT_EQ(digits, "5*#D*#");
  Request unknown = within("INFO", ++sequence, "x");
  unknown.content_type = "text/plain";
  send(unknown);
  EXPECT_EQ(peer.final_status(unknown.branch), 415);
}

TEST_F(RawPeer, SessionTimerIsAcceptedWithThePeerAsRefresher) {
  Request request = invite();
  request.extra = "Supported: timer\r\nSession-Expires: 1800\r\n";
  const auto ok = answered(request);
  EXPECT_EQ(header(ok, "Session-Expires"), "1800;refresher=uac");
  EXPECT_EQ(header(ok, "Require"), "timer");
  send(within("ACK", 1));
  ASSERT_TRUE(sink.next(Event::established));
  Request brief = invite();
  brief.call_id = "brief";
  brief.extra = "Supported: timer\r\nSession-Expires: 30\r\n";
  EXPECT_EQ(status_of(brief), 422);
}

TEST_F(RawPeer, RecordRouteIsFollowedAndNamesNeedNoDns) {
  Request request = invite();
  request.extra = "Record-Route: <sip:proxy.example.invalid;lr>\r\nRecord-Route: <sip:second.invalid;lr>\r\n";
  answered(request);
  send(within("ACK", 1));
  ASSERT_TRUE(sink.next(Event::established));
  ASSERT_TRUE(agent->hang_up(dialog, "bye"));
  const auto bye = peer.receive_starting("BYE");
  ASSERT_FALSE(bye.empty());
  EXPECT_LT(bye.find("Route: <sip:proxy.example.invalid;lr>\r\n"), bye.find("Route: <sip:second.invalid;lr>\r\n"));
  EXPECT_EQ(bye.rfind("BYE sip:ann@" + peer.contact(), 0), 0U);
}

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
      {"tel URI", 416, [](Request& r) { r.uri = "tel:+442079460000"; }},
      {"100rel required", 420, [](Request& r) { r.extra = "Require: 100rel\r\n"; }},
      {"unknown extension", 420, [](Request& r) { r.extra = "Require: timer, nothing\r\n"; }},
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
