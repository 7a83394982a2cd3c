// Calls to us as no user agent of ours would make them: late offers, lost and repeated messages, holds by hand.
#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

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
  // As many values as the message has, however they are spread over lines.
  std::string asserted;
  for (const auto& value : incoming->call.caller.asserted) asserted += value + " ";
  EXPECT_NE(asserted.find("<sip:+442079460000@carrier>"), std::string::npos);
  EXPECT_NE(asserted.find("<tel:+442079460001>"), std::string::npos);
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

}  // namespace
}  // namespace frontdesk::sip
