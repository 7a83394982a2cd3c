// What we change inside the call by re-INVITE, what the peer changes meanwhile, and forked answers.
#include <algorithm>

#include "sip/call_session.hpp"
#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

TEST(GlareWait, DependsOnWhoCalled) {
  for (std::uint64_t random = 0; random < 1000; ++random) {
    EXPECT_GE(glare_wait(true, random), base::milliseconds(2100));
    EXPECT_LE(glare_wait(true, random), base::milliseconds(4000));
    EXPECT_LE(glare_wait(false, random), base::milliseconds(2000));
    EXPECT_EQ(glare_wait(false, random).count() % 10'000'000, 0);
  }
}

TEST(HeldDescription, TurnsDirectionsRound) {
  EXPECT_EQ(held_description("m=x\r\na=sendrecv\r\n"), "m=x\r\na=sendonly\r\n");
  EXPECT_EQ(held_description("m=x\r\na=recvonly\r\n"), "m=x\r\na=inactive\r\n");
  EXPECT_EQ(held_description("m=x\r\na=inactive\r\n"), "m=x\r\na=inactive\r\n");
}

TEST_F(RawCall, WeHoldAndResume) {
  establish();
  ASSERT_TRUE(agent->hold(dialog));
  const auto hold = next("INVITE");
  EXPECT_NE(body(hold).find("a=sendonly\r\n"), std::string::npos) << hold;
  EXPECT_EQ(header(hold, "To"), "\"Ann\" <sip:ann@127.0.0.1>;tag=peer");
  respond(hold, "200 OK", with_direction("recvonly"));
  EXPECT_FALSE(next("ACK").empty());
  auto held = sink.next(Event::hold);
  ASSERT_TRUE(held);
  EXPECT_TRUE(held->held);
  EXPECT_EQ(held->status, 200);
  auto media = sink.next(Event::media);
  ASSERT_TRUE(media);
  EXPECT_FALSE(media->negotiated.may_receive);
  EXPECT_TRUE(media->negotiated.may_send);

  // The peer's own offer does not lift our hold.
  send(within("INVITE", 2, kOffer));
  const auto ok = next("SIP/2.0 200");
  EXPECT_NE(body(ok).find("a=sendonly\r\n"), std::string::npos) << ok;
  send(within("ACK", 2));

  ASSERT_TRUE(agent->resume(dialog));
  const auto resume = next("INVITE");
  EXPECT_NE(body(resume).find("a=sendrecv\r\n"), std::string::npos);
  respond(resume, "200 OK", kOffer);
  held = sink.next(Event::hold);
  ASSERT_TRUE(held);
  EXPECT_FALSE(held->held);
  // The peer's offer may have settled other payload types in between.
  do media = sink.next(Event::media);
  while (media && !media->negotiated.may_receive);
  EXPECT_TRUE(media);
}

TEST_F(RawCall, ARefusedHoldLeavesTheCallAsItWas) {
  establish();
  ASSERT_TRUE(agent->hold(dialog));
  respond(next("INVITE"), "488 Not Acceptable Here");
  const auto held = sink.next(Event::hold);
  ASSERT_TRUE(held);
  EXPECT_FALSE(held->held);
  EXPECT_EQ(held->status, 488);
  EXPECT_TRUE(alive());
  EXPECT_EQ(agent->counters().dialogs, 1U);
}

TEST_F(RawCall, GlareIs491BothWaysAndWeTryAgain) {
  establish();
  ASSERT_TRUE(agent->hold(dialog));
  const auto first = next("INVITE");
  const Request crossing = within("INVITE", 2, kOffer);
  send(crossing);
  EXPECT_EQ(peer.final_status(crossing.branch), 491);
  respond(first, "491 Request Pending");
  EXPECT_FALSE(next("ACK").empty());
  const auto second = peer.receive(
      [&](const std::string& d) { return d.rfind("INVITE", 0) == 0 && header(d, "CSeq") != header(first, "CSeq"); });
  ASSERT_FALSE(second.empty());
  respond(second, "200 OK", with_direction("recvonly"));
  EXPECT_EQ(sink.next(Event::hold)->status, 200);
}

TEST_F(RawCall, EndlessGlareIsGivenUp) {
  auto options = loopback_options();
  options.t1 = base::milliseconds(5);
  start(options);
  establish();
  ASSERT_TRUE(agent->hold(dialog));
  for (int i = 0; i < 7; ++i) {
    const auto invite = next("INVITE");
    ASSERT_FALSE(invite.empty()) << i;
    respond(invite, "491 Request Pending");
    EXPECT_FALSE(next("ACK").empty());
  }
  const auto held = sink.next(Event::hold);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->status, 491);
}

TEST_F(RawCall, TheCallEndsWhereThePeerNoLongerKnowsIt) {
  for (const char* status : {"481 Call Does Not Exist", "408 Request Timeout"}) {
    Request request = invite();
    request.call_id = status;
    std::replace(request.call_id.begin(), request.call_id.end(), ' ', '-');
    request.branch = "z9hG4bKe" + std::to_string(++branches);
    answered(request);
    Request ack = within("ACK", 1);
    ack.call_id = request.call_id;
    send(ack);
    ASSERT_TRUE(sink.next(Event::established));
    ASSERT_TRUE(agent->hold(dialog));
    respond(next("INVITE"), status);
    const auto ended = sink.next(Event::ended);
    ASSERT_TRUE(ended) << status;
    EXPECT_EQ(ended->end.cause, EndCause::timeout);
    const auto bye = next("BYE");
    EXPECT_FALSE(bye.empty());
    respond(bye, "200 OK");
  }
}

TEST_F(RawCall, AReinviteThatRingsForeverEnds) {
  auto options = loopback_options();
  options.t1 = base::milliseconds(5);
  start(options);
  establish();
  ASSERT_TRUE(agent->hold(dialog));
  respond(next("INVITE"), "180 Ringing");
  EXPECT_FALSE(next("CANCEL").empty());
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::timeout);
  EXPECT_FALSE(next("BYE").empty());
}

TEST_F(RawCall, PeersHoldInAllItsForms) {
  establish();
  int sequence = 1;
  std::string zero = kOffer;
  zero.replace(zero.find("c=IN IP4 127.0.0.1"), 18, "c=IN IP4 0.0.0.0");
  for (const auto& hold : {with_direction("sendonly"), with_direction("inactive"), zero}) {
    send(within("INVITE", ++sequence, hold));
    ASSERT_FALSE(next("SIP/2.0 200").empty());
    send(within("ACK", sequence));
    auto media = sink.next(Event::media);
    ASSERT_TRUE(media) << hold;
    EXPECT_FALSE(media->negotiated.may_send) << hold;
    // Back by a re-INVITE without an offer: ours must be sendrecv, or the hold would stay.
    send(within("INVITE", ++sequence));
    const auto ok = next("SIP/2.0 200");
    EXPECT_NE(body(ok).find("a=sendrecv\r\n"), std::string::npos);
    send(within("ACK", sequence, kOffer));
    media = sink.next(Event::media);
    ASSERT_TRUE(media);
    EXPECT_TRUE(media->negotiated.may_send);
  }
}

TEST_F(RawCall, TheVersionCountsOnlyWhatChanged) {
  const auto ok = answered(invite());
  send(within("ACK", 1));
  ASSERT_TRUE(sink.next(Event::established));
  const auto origin = [](const std::string& message) {
    const auto text = body(message);
    return text.substr(text.find("o="), text.find("s=-") - text.find("o="));
  };
  send(within("UPDATE", 2, kOffer));
  const auto same = peer.receive([](const std::string& d) { return header(d, "CSeq") == "2 UPDATE"; });
  EXPECT_EQ(origin(same), origin(ok));
  send(within("UPDATE", 3, with_direction("sendonly")));
  const auto changed = peer.receive([](const std::string& d) { return header(d, "CSeq") == "3 UPDATE"; });
  EXPECT_NE(origin(changed), origin(ok));
}

TEST_F(RawCall, AForkedAnswerGetsAckAndBye) {
  const auto sent = invited();
  respond(sent, "180 Ringing", {}, {}, "one");
  respond(sent, "183 Session Progress", kOffer, {}, "two");
  respond(sent, "200 OK", kOffer, {}, "two");
  EXPECT_EQ(header(next("ACK"), "To"), header(sent, "To") + ";tag=two");
  ASSERT_TRUE(sink.next(Event::established));
  respond(sent, "200 OK", kOffer, {}, "one");
  EXPECT_EQ(header(next("ACK"), "To"), header(sent, "To") + ";tag=one");
  const auto bye = next("BYE");
  EXPECT_EQ(header(bye, "To"), header(sent, "To") + ";tag=one");
  respond(bye, "200 OK");
  respond(sent, "200 OK", kOffer, {}, "one");
  EXPECT_FALSE(next("ACK").empty());
  EXPECT_TRUE(silent("BYE"));
  EXPECT_EQ(agent->counters().dialogs, 1U);
  EXPECT_FALSE(sink.next(Event::ended, std::chrono::milliseconds(10)));
}

TEST_F(RawCall, CancelCrossedByThe200GetsAckAndBye) {
  const auto sent = invited();
  respond(sent, "180 Ringing");
  ASSERT_TRUE(sink.next(Event::progress));
  ASSERT_TRUE(agent->hang_up(dialog, "changed our mind"));
  const auto cancel = next("CANCEL");
  ASSERT_FALSE(cancel.empty());
  respond(sent, "200 OK", kOffer);
  respond(cancel, "200 OK");
  EXPECT_FALSE(next("ACK").empty());
  EXPECT_FALSE(next("BYE").empty());
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::local_hangup);
}

TEST_F(RawCall, ByesCross) {
  establish();
  ASSERT_TRUE(agent->hang_up(dialog, "done"));
  const auto ours = next("BYE");
  const Request theirs = within("BYE", 2);
  send(theirs);
  EXPECT_EQ(peer.final_status(theirs.branch), 200);
  respond(ours, "200 OK");
  ASSERT_TRUE(sink.next(Event::ended));
  EXPECT_FALSE(sink.next(Event::ended, std::chrono::milliseconds(20)));
  EXPECT_EQ(agent->counters().dialogs, 0U);
}

TEST_F(RawCall, AnAnswerFromA183MayBeMissingInThe200) {
  const auto sent = invited();
  respond(sent, "183 Session Progress", kOffer);
  ASSERT_TRUE(sink.next(Event::media));
  respond(sent, "200 OK");
  EXPECT_TRUE(sink.next(Event::established));
}

TEST_F(RawCall, AnIntervalTooSmallIs422BothWays) {
  auto sent = invited();
  EXPECT_EQ(header(sent, "Session-Expires"), "1800");
  EXPECT_EQ(header(sent, "Min-SE"), "90");
  respond(sent, "422 Session Interval Too Small", {}, "Min-SE: 3600\r\n");
  sent = peer.receive([](const std::string& d) { return header(d, "Session-Expires") == "3600"; });
  ASSERT_FALSE(sent.empty());
  respond(sent, "200 OK", kOffer, "Session-Expires: 3600;refresher=uas\r\nRequire: timer\r\n");
  ASSERT_TRUE(sink.next(Event::established));
  // And inside the call.
  std::string small = called_back(sent, "UPDATE", 7);
  small.insert(small.find("Contact:"), "Supported: timer\r\nSession-Expires: 30\r\n");
  peer.send(agent->udp(), small);
  const auto refusal = next("SIP/2.0 422");
  EXPECT_EQ(header(refusal, "Min-SE"), "90");
}

TEST_F(RawCall, ARefreshThatUpdateCannotDoIsDoneByInvite) {
  auto options = loopback_options();
  options.min_session_interval_s = 1;
  start(options);
  Request request = invite();
  request.extra = "Supported: timer\r\nSession-Expires: 2;refresher=uas\r\nAllow: INVITE, UPDATE\r\n";
  answered(request);
  send(within("ACK", 1));
  respond(next("UPDATE"), "501 Not Implemented");
  const auto reinvite = next("INVITE");
  EXPECT_EQ(header(reinvite, "Session-Expires"), "2;refresher=uac");
  respond(reinvite, "200 OK", kOffer, "Session-Expires: 2;refresher=uac\r\n");
  EXPECT_FALSE(next("ACK").empty());
  // The next refresh comes later than the first session would have lasted.
  EXPECT_FALSE(next("INVITE").empty());
}

}  // namespace
}  // namespace frontdesk::sip
