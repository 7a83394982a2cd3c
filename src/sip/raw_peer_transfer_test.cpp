// Transfer by REFER, and INVITE with Replaces.
#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;
using State = TransferProgress::State;

constexpr const char* kTarget = "sip:+442079460000@carrier.example";

class TransferCall : public RawCall {
 protected:
  std::string referred() {
    establish();
    EXPECT_TRUE(agent->transfer(dialog, kTarget));
    return next("REFER");
  }
  int notify(int sequence, const std::string& fragment, const std::string& state = "active;expires=60",
             const std::string& event = "refer") {
    Request request = within("NOTIFY", sequence, fragment);
    request.content_type = "message/sipfrag;version=2.0";
    request.extra = "Event: " + event + "\r\nSubscription-State: " + state + "\r\n";
    send(request);
    return peer.final_status(request.branch);
  }
  void expect_step(State state, int status) {
    const auto event = sink.next(Event::transfer);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->transferred.state, state);
    EXPECT_EQ(event->transferred.status, status);
  }
  /// The call is up as before: a request inside it is answered.
  bool usable(int sequence) {
    const Request info = within("INFO", sequence);
    send(info);
    return peer.final_status(info.branch) == 200 && agent->counters().dialogs == 1;
  }
};

TEST_F(TransferCall, SucceedsStepByStepAndWeLeave) {
  const auto refer = referred();
  EXPECT_EQ(header(refer, "Refer-To"), std::string("<") + kTarget + ">");
  EXPECT_EQ(header(refer, "Referred-By"), "<sip:100@127.0.0.1>");
  EXPECT_EQ(header(refer, "To"), "\"Ann\" <sip:ann@127.0.0.1>;tag=peer");
  EXPECT_FALSE(header(refer, "Contact").empty());
  respond(refer, "202 Accepted");
  expect_step(State::trying, 202);
  EXPECT_EQ(notify(2, "SIP/2.0 100 Trying\r\n"), 200);
  EXPECT_EQ(notify(3, "SIP/2.0 180 Ringing\r\n"), 200);
  expect_step(State::ringing, 180);
  EXPECT_EQ(notify(4, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource"), 200);
  expect_step(State::succeeded, 200);
  EXPECT_FALSE(next("BYE").empty());
  const auto ended = sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::local_hangup);
}

TEST_F(TransferCall, ARefusedReferLeavesTheCallUsable) {
  int sequence = 10;
  const auto refer = referred();
  respond(refer, "603 Decline");
  expect_step(State::failed, 603);
  EXPECT_TRUE(usable(++sequence));
  // And it may be tried again.
  for (const char* status : {"405 Method Not Allowed", "408 Request Timeout", "500 Server Error"}) {
    ASSERT_TRUE(agent->transfer(dialog, kTarget));
    respond(next("REFER"), status);
    expect_step(State::failed, std::stoi(status));
    EXPECT_TRUE(usable(++sequence)) << status;
  }
  EXPECT_FALSE(sink.next(Event::ended, std::chrono::milliseconds(10)));
}

TEST_F(TransferCall, ABusyTargetLeavesTheCallUsable) {
  respond(referred(), "202 Accepted");
  expect_step(State::trying, 202);
  EXPECT_EQ(notify(2, "SIP/2.0 486 Busy Here\r\n", "terminated;reason=noresource"), 200);
  expect_step(State::failed, 486);
  EXPECT_TRUE(usable(3));
  // News of a transfer that is over changes nothing.
  EXPECT_EQ(notify(4, "SIP/2.0 200 OK\r\n", "terminated"), 200);
  EXPECT_FALSE(sink.next(Event::transfer, std::chrono::milliseconds(50)));
  EXPECT_TRUE(usable(5));
}

TEST_F(TransferCall, SilenceFailsAtTheDeadline) {
  establish();
  ASSERT_TRUE(agent->transfer(dialog, kTarget, base::milliseconds(100)));
  respond(next("REFER"), "202 Accepted");
  expect_step(State::trying, 202);
  expect_step(State::failed, 408);
  EXPECT_TRUE(usable(2));
}

TEST_F(TransferCall, WithoutASubscriptionAcceptanceIsTheOutcome) {
  respond(referred(), "200 OK", {}, "Refer-Sub: false\r\n");
  expect_step(State::succeeded, 200);
  EXPECT_FALSE(next("BYE").empty());
}

TEST_F(TransferCall, APeerThatAcceptsAndLeavesHasTakenTheCallAlong) {
  respond(referred(), "202 Accepted");
  expect_step(State::trying, 202);
  send(within("BYE", 2));
  expect_step(State::succeeded, 0);
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::remote_hangup);
}

TEST_F(TransferCall, AReferAnswered481EndsTheCall) {
  respond(referred(), "481 Call Does Not Exist");
  expect_step(State::failed, 481);
  EXPECT_EQ(sink.next(Event::ended)->end.status, 481);
}

TEST_F(TransferCall, OneAtATimeAndOnlyToAddresses) {
  respond(referred(), "202 Accepted");
  expect_step(State::trying, 202);
  ASSERT_TRUE(agent->transfer(dialog, kTarget));
  expect_step(State::failed, 0);
  EXPECT_TRUE(silent("REFER"));
  EXPECT_FALSE(agent->transfer(dialog, "sip:a@b>\r\nX-Injected: 1"));
  EXPECT_FALSE(agent->transfer(dialog, "bob"));
}

TEST_F(TransferCall, NotifiesThatBelongToNothingAreRefused) {
  establish();
  EXPECT_EQ(notify(2, "SIP/2.0 200 OK\r\n"), 481);
  EXPECT_EQ(notify(3, "x", "active", "presence"), 489);
  ASSERT_TRUE(agent->transfer(dialog, kTarget));
  respond(next("REFER"), "202 Accepted");
  expect_step(State::trying, 202);
  EXPECT_EQ(notify(4, "SIP/2.0 200 OK\r\n", "active", "refer;id=1"), 481) << "another REFER's";
  EXPECT_FALSE(sink.next(Event::transfer, std::chrono::milliseconds(30)));
}

TEST_F(TransferCall, AReferFromThePeerIsRefused) {
  establish();
  Request refer = within("REFER", 2);
  refer.extra = "Refer-To: <sip:premium@elsewhere.example>\r\n";
  send(refer);
  EXPECT_EQ(peer.final_status(refer.branch), 403);
  EXPECT_TRUE(usable(3));
}

TEST_F(TransferCall, TwoLegsAreJoined) {
  establish();
  const DialogId first = dialog;
  const auto sent = invited();
  const DialogId second = dialog;
  ASSERT_TRUE(agent->join(first, second));
  expect_step(State::failed, 0);  // not answered yet
  respond(sent, "200 OK", kOffer, {}, "second");
  ASSERT_FALSE(next("ACK").empty());
  ASSERT_TRUE(sink.next(Event::established));
  ASSERT_TRUE(agent->join(first, second));
  const auto refer = next("REFER");
  const auto from = header(sent, "From");
  EXPECT_EQ(header(refer, "Refer-To"), "<sip:100@" + peer.contact() + "?Replaces=" + header(sent, "Call-ID") +
                                           "%3Bto-tag%3Dsecond%3Bfrom-tag%3D" + from.substr(from.find(";tag=") + 5) +
                                           ">");
  EXPECT_EQ(header(refer, "Call-ID"), "call-1");
  respond(refer, "202 Accepted");
  expect_step(State::trying, 202);
  EXPECT_EQ(notify(2, "SIP/2.0 200 OK\r\n", "terminated"), 200);
  expect_step(State::succeeded, 200);
  EXPECT_FALSE(next("BYE").empty());
  EXPECT_FALSE(next("BYE").empty());
  EXPECT_TRUE(sink.next(Event::ended));
  EXPECT_TRUE(sink.next(Event::ended));
}

TEST_F(TransferCall, AnInviteWithReplacesTakesThePlaceOfACall) {
  establish();
  const DialogId old = dialog;
  Request replacing = invite();
  replacing.call_id = "call-2";
  replacing.branch = "z9hG4bKreplacing";
  replacing.extra = "Require: replaces\r\nReplaces: call-1;to-tag=" + tag + ";from-tag=peer\r\n";
  send(replacing);
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.replaces, old);
  EXPECT_TRUE(silent("BYE")) << "not before the new one is answered";
  ASSERT_TRUE(agent->answer(incoming->dialog, local_media(42002)));
  const auto bye = next("BYE");
  EXPECT_EQ(header(bye, "Call-ID"), "call-1");
  const auto ended = sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->dialog, old);
}

TEST_F(TransferCall, ReplacesThatMatchNothingAreRefused) {
  establish();
  const auto status = [&](const std::string& extra) {
    Request request = invite();
    request.call_id = "call-x" + std::to_string(branches);
    request.extra = extra;
    return status_of(request);
  };
  const auto replaces = [](const std::string& value) { return "Replaces: " + value + "\r\n"; };
  EXPECT_EQ(status(replaces("call-1;to-tag=nobody;from-tag=peer")), 481);
  EXPECT_EQ(status(replaces("call-1;to-tag=peer;from-tag=" + tag)), 481);
  EXPECT_EQ(status(replaces("call-1")), 400);
  const auto right = replaces("call-1;to-tag=" + tag + ";from-tag=peer");
  EXPECT_EQ(status(right + right), 400);
  EXPECT_EQ(status(replaces("call-1;to-tag=" + tag + ";from-tag=peer;early-only")), 486);
  // Somebody else at another address learns nothing.
  UdpPeer stranger(2);
  Request request = invite();
  request.call_id = "call-stranger";
  request.branch = "z9hG4bKstranger";
  request.extra = right;
  stranger.send(agent->udp(), request.text(stranger));
  EXPECT_EQ(stranger.final_status(request.branch), 481);
  EXPECT_FALSE(sink.next(Event::incoming, std::chrono::milliseconds(10)));
  EXPECT_TRUE(usable(2));
}

}  // namespace
}  // namespace frontdesk::sip
