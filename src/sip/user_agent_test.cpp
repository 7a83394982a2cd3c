// Two user agents call each other on loopback.
#include "sip/user_agent.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "sip/test_peer.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

struct Side {
  RecordingSink sink;
  std::unique_ptr<UserAgent> agent;

  explicit Side(const UserAgentOptions& options = loopback_options()) {
    auto started = UserAgent::start(options, sink);
    EXPECT_TRUE(started) << base::describe(started.error());
    if (started) agent = std::move(*started);
  }
};

class UserAgents : public ::testing::TestWithParam<Transport> {
 protected:
  std::string target(const Side& side) const {
    return "sip:100@" + base::to_string(side.agent->udp()) + (GetParam() == Transport::tcp ? ";transport=tcp" : "");
  }
  DialogId call(std::vector<Codec> allowed = {Codec::pcma, Codec::pcmu}) {
    OutgoingCall outgoing;
    outgoing.target = target(bob);
    outgoing.media = local_media(41000, std::move(allowed));
    outgoing.from_user = "+44 20 7946";
    outgoing.from_display = "Ann \"A\"";
    const auto id = alice.agent->invite(outgoing);
    EXPECT_TRUE(id);
    return id.value_or(0);
  }
  /// Places and answers a call; the dialog ids on both sides.
  std::pair<DialogId, DialogId> establish() {
    const DialogId ours = call();
    const auto incoming = bob.sink.next(Event::incoming);
    EXPECT_TRUE(incoming);
    if (!incoming) return {0, 0};
    (void)bob.agent->answer(incoming->dialog, local_media(42000));
    EXPECT_TRUE(alice.sink.next(Event::established));
    EXPECT_TRUE(bob.sink.next(Event::established));
    return {ours, incoming->dialog};
  }

  Side alice, bob;
};

TEST_P(UserAgents, CallAnswerAndHangUp) {
  const DialogId ours = call();
  const auto incoming = bob.sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.request_user, "100");
  EXPECT_EQ(incoming->call.from_user, "+44 20 7946");
  EXPECT_EQ(incoming->call.transport, GetParam());
  EXPECT_TRUE(incoming->call.has_offer);
  EXPECT_EQ(incoming->call.trunk, "");

  ASSERT_TRUE(bob.agent->ring(incoming->dialog));
  const auto progress = alice.sink.next(Event::progress);
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->status, 180);

  ASSERT_TRUE(bob.agent->answer(incoming->dialog, local_media(42000)));
  const auto bobs = bob.sink.next(Event::media);
  ASSERT_TRUE(bobs);
  // The offer's order wins over the answerer's.
  EXPECT_EQ(bobs->negotiated.format, (MediaFormat{Codec::pcma, 8}));
  EXPECT_EQ(bobs->negotiated.remote, *base::parse_address("127.0.0.1", 41000));
  EXPECT_EQ(bobs->negotiated.telephone_event_payload_type, 101);
  const auto alices = alice.sink.next(Event::media);
  ASSERT_TRUE(alices);
  EXPECT_EQ(alices->negotiated.format, (MediaFormat{Codec::pcma, 8}));
  EXPECT_EQ(alices->negotiated.remote, *base::parse_address("127.0.0.1", 42000));
  EXPECT_TRUE(alice.sink.next(Event::established));
  EXPECT_TRUE(bob.sink.next(Event::established));
  EXPECT_EQ(bob.agent->counters().dialogs, 1U);

  ASSERT_TRUE(alice.agent->hang_up(ours, "bye"));
  const auto ended = bob.sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::remote_hangup);
  EXPECT_EQ(alice.sink.next(Event::ended)->end.cause, EndCause::local_hangup);
  EXPECT_EQ(bob.agent->counters().dialogs, 0U);
}

TEST_P(UserAgents, TheCalledSideHangsUp) {
  const auto [ours, theirs] = establish();
  ASSERT_TRUE(bob.agent->hang_up(theirs, "done"));
  EXPECT_EQ(alice.sink.next(Event::ended)->end.cause, EndCause::remote_hangup);
  EXPECT_EQ(bob.sink.next(Event::ended)->end.cause, EndCause::local_hangup);
  // Commands for ended dialogs, and for ones that never were, do nothing.
  EXPECT_TRUE(alice.agent->hang_up(ours, "again"));
  EXPECT_TRUE(alice.agent->hang_up(987654, "nobody"));
  EXPECT_FALSE(alice.sink.next(Event::ended, std::chrono::milliseconds(50)));
}

TEST_P(UserAgents, HangUpBeforeTheAnswerCancels) {
  const DialogId ours = call();
  const auto incoming = bob.sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  ASSERT_TRUE(bob.agent->ring(incoming->dialog));
  ASSERT_TRUE(alice.sink.next(Event::progress));
  ASSERT_TRUE(alice.agent->hang_up(ours, "never mind"));
  const auto ended = bob.sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::cancelled);
  const auto own = alice.sink.next(Event::ended);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->end.cause, EndCause::local_hangup);
  EXPECT_EQ(own->end.status, 487);
}

TEST_P(UserAgents, RejectedWithItsStatusAndReason) {
  call();
  const auto incoming = bob.sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  ASSERT_TRUE(bob.agent->reject(incoming->dialog, 486, "Busy\r\nX-Evil: yes", 30));
  const auto ended = alice.sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::rejected);
  EXPECT_EQ(ended->end.status, 486);
  EXPECT_EQ(ended->end.reason, "Busy  X-Evil: yes");
  EXPECT_EQ(bob.sink.next(Event::ended)->end.cause, EndCause::rejected);
}

TEST_P(UserAgents, NoCodecInCommonIs488OnBothSides) {
  call({Codec::pcma});
  const auto incoming = bob.sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  ASSERT_TRUE(bob.agent->answer(incoming->dialog, local_media(42000, {Codec::pcmu})));
  EXPECT_EQ(bob.sink.next(Event::ended)->end.cause, EndCause::no_media_agreement);
  const auto ended = alice.sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.status, 488);
}

TEST_P(UserAgents, StopEndsCallsWithBye) {
  establish();
  const auto before = std::chrono::steady_clock::now();
  bob.agent->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
  EXPECT_EQ(alice.sink.next(Event::ended)->end.cause, EndCause::remote_hangup);
  EXPECT_EQ(bob.sink.next(Event::ended)->end.cause, EndCause::local_hangup);
  const auto refused = bob.agent->ring(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::failed_precondition);
}

TEST_P(UserAgents, FiftyCallsAtOnce) {
  std::vector<DialogId> placed;
  for (int i = 0; i < 50; ++i) placed.push_back(call());
  for (int i = 0; i < 50; ++i) {
    const auto incoming = bob.sink.next(Event::incoming);
    ASSERT_TRUE(incoming) << i;
    ASSERT_TRUE(bob.agent->answer(incoming->dialog, local_media(static_cast<std::uint16_t>(42000 + i))));
  }
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(alice.sink.next(Event::established)) << i;
  for (const auto id : placed) ASSERT_TRUE(alice.agent->hang_up(id, "bye"));
  for (int i = 0; i < 50; ++i) {
    const auto ended = bob.sink.next(Event::ended);
    ASSERT_TRUE(ended) << i;
    EXPECT_EQ(ended->end.cause, EndCause::remote_hangup);
  }
  EXPECT_EQ(bob.agent->counters().dialogs, 0U);
  EXPECT_EQ(bob.agent->counters().total_dialogs, 50U);
}

INSTANTIATE_TEST_SUITE_P(Transports, UserAgents, ::testing::Values(Transport::udp, Transport::tcp),
                         [](const auto& instance) { return instance.param == Transport::udp ? "Udp" : "Tcp"; });

TEST(UserAgent, RefusesATakenPortAndBadOptions) {
  Side first;
  RecordingSink sink;
  auto options = loopback_options();
  options.listen.port = first.agent->udp().port;
  const auto second = UserAgent::start(options, sink);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::unavailable);
  options.max_dialogs = 0;
  EXPECT_EQ(UserAgent::start(options, sink).error().code, base::ErrorCode::invalid_argument);
}

TEST(UserAgent, RefusesTargetsThatAreNotSip) {
  Side side;
  for (const char* target : {"", "100", "tel:+4420", "sip:", "sip:a@b:99999", "sip:a@b c", "sip:a@b\r\nX: y"}) {
    OutgoingCall call;
    call.target = target;
    call.media = local_media(4000);
    EXPECT_FALSE(side.agent->invite(call)) << target;
  }
}

TEST(UserAgent, ATargetThatCannotBeResolvedEndsTheCall) {
  Side side;
  OutgoingCall call;
  call.target = "sip:100@no-such-host.invalid";
  call.media = local_media(4000);
  const auto id = side.agent->invite(call);
  ASSERT_TRUE(id);
  const auto ended = side.sink.next(Event::ended, std::chrono::seconds(20));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->dialog, *id);
}

TEST(UserAgent, NobodyThereIsATimeoutOrTransportFailure) {
  Side side;
  OutgoingCall call;
  std::uint16_t free_port = 0;
  {
    const UdpPeer gone;
    free_port = gone.port();
  }
  call.target = "sip:100@127.0.0.1:" + std::to_string(free_port) + ";transport=tcp";
  call.media = local_media(4000);
  ASSERT_TRUE(side.agent->invite(call));
  const auto ended = side.sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::transport_failed);
}

TEST(UserAgent, AWildcardListenerShowsTheAddressThatFacesThePeer) {
  auto options = loopback_options();
  options.listen = *base::parse_address("0.0.0.0");
  Side wildcard(options);
  UdpPeer peer;
  OutgoingCall call;
  call.target = "sip:100@" + peer.contact();
  call.media = {*base::parse_address("0.0.0.0", 45678), {Codec::pcmu}};
  const auto id = wildcard.agent->invite(call);
  ASSERT_TRUE(id);
  const auto invite = peer.receive_starting("INVITE");
  EXPECT_EQ(invite.find("0.0.0.0"), std::string::npos) << invite;
  EXPECT_NE(header(invite, "Via").find("127.0.0.1:"), std::string::npos);
  EXPECT_NE(header(invite, "Contact").find("@127.0.0.1:"), std::string::npos);
  EXPECT_NE(body(invite).find("c=IN IP4 127.0.0.1\r\n"), std::string::npos);
  EXPECT_NE(body(invite).find("m=audio 45678 RTP/AVP 0 101\r\n"), std::string::npos);
  wildcard.agent->stop(base::milliseconds(20));
}

}  // namespace
}  // namespace frontdesk::sip
