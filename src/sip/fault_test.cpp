// Exceptions under libre's C frames: each costs the call it happened in, and no more.
#include <new>
#include <set>

#include "sip/raw_peer_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

/// Runs out of memory on request.
class FaultySink final : public RecordingSink {
 public:
  void fail_once_at(Event::Kind kind) {
    const std::lock_guard lock(mutex_);
    armed_.insert(kind);
  }

 private:
  void recorded(Event::Kind kind) override {
    const std::lock_guard lock(mutex_);
    if (armed_.erase(kind) > 0) throw std::bad_alloc();
  }
  std::mutex mutex_;
  std::set<Event::Kind> armed_;
};

class Fault : public RawPeerWith<FaultySink> {
 protected:
  /// Another call from beginning to end; nothing is left over.
  void expect_unharmed(std::uint64_t faults) {
    Request next = invite();
    next.call_id = "unharmed";
    next.branch = "z9hG4bKunharmed";
    send(next);
    const auto incoming = sink.next(Event::incoming);
    ASSERT_TRUE(incoming);
    ASSERT_TRUE(agent->reject(incoming->dialog, 486, "Busy Here"));
    EXPECT_EQ(peer.final_status(next.branch), 486);
    EXPECT_EQ(sink.next(Event::ended)->end.status, 486);
    EXPECT_EQ(agent->counters().dialogs, 0U);
    EXPECT_EQ(agent->counters().faults, faults);
  }
};

TEST_F(Fault, ACallThatCannotBeTakenIsAnswered500) {
  sink.fail_once_at(Event::incoming);
  send(invite());
  EXPECT_EQ(peer.final_status("z9hG4bK1"), 500);
  ASSERT_TRUE(sink.next(Event::incoming));
  const auto ended = sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::rejected);
  EXPECT_EQ(ended->end.status, 500);
  EXPECT_NE(ended->end.reason.find("internal error"), std::string::npos);
  expect_unharmed(1);
}

TEST_F(Fault, NorDoesTheNewsOfItsEndEscape) {
  sink.fail_once_at(Event::incoming);
  sink.fail_once_at(Event::ended);
  send(invite());
  EXPECT_EQ(peer.final_status("z9hG4bK1"), 500);
  ASSERT_TRUE(sink.next(Event::incoming));
  ASSERT_TRUE(sink.next(Event::ended));
  expect_unharmed(1);
}

TEST_F(Fault, InACommandItEndsThatCall) {
  sink.fail_once_at(Event::media);
  answered(invite());
  ASSERT_TRUE(sink.next(Event::media));
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::local_hangup);
  send(within("ACK", 1));
  EXPECT_FALSE(peer.receive_starting("BYE").empty()) << "after the ACK, as it should be";
  expect_unharmed(1);
}

TEST_F(Fault, AtTheAckTheCallIsHungUp) {
  sink.fail_once_at(Event::established);
  answered(invite());
  send(within("ACK", 1));
  EXPECT_FALSE(peer.receive_starting("BYE").empty());
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::local_hangup);
  expect_unharmed(1);
}

TEST_F(Fault, InsideTheCallTheRequestIs500AndTheCallIsHungUp) {
  sink.fail_once_at(Event::dtmf);
  establish();
  auto info = within("INFO", 2, "Signal=5\r\nDuration=160\r\n");
  info.content_type = "application/dtmf-relay";
  send(info);
  EXPECT_FALSE(peer.receive_starting("BYE").empty());
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::local_hangup);
  expect_unharmed(1);
}

TEST_F(Fault, AtTheByeNothingIsLeftOver) {
  sink.fail_once_at(Event::ended);
  establish();
  send(within("BYE", 2));
  ASSERT_TRUE(sink.next(Event::ended));
  expect_unharmed(1);
}

TEST_F(Fault, AtTheCancelToo) {
  sink.fail_once_at(Event::ended);
  send(invite());
  ASSERT_TRUE(sink.next(Event::incoming));
  Request cancel;
  cancel.method = "CANCEL";
  send(cancel);
  ASSERT_TRUE(sink.next(Event::ended));
  expect_unharmed(1);
}

TEST_F(Fault, InATimerToo) {
  auto options = loopback_options();
  options.ring_limit = base::milliseconds(50);
  start(options);
  sink.fail_once_at(Event::ended);
  send(invite());
  ASSERT_TRUE(sink.next(Event::incoming));
  EXPECT_EQ(peer.final_status("z9hG4bK1"), 480);
  ASSERT_TRUE(sink.next(Event::ended));
  expect_unharmed(1);
}

TEST_F(Fault, InAnAnswerToOurInviteTheCallIsCancelled) {
  sink.fail_once_at(Event::progress);
  OutgoingCall call;
  call.target = "sip:100@" + peer.contact();
  call.media = local_media(41000);
  ASSERT_TRUE(agent->invite(call));
  const auto sent = peer.receive_starting("INVITE");
  const auto answer = [&](const std::string& status) {
    return "SIP/2.0 " + status + "\r\nVia: " + header(sent, "Via") + "\r\nFrom: " + header(sent, "From") +
           "\r\nTo: " + header(sent, "To") + ";tag=answer\r\nCall-ID: " + header(sent, "Call-ID") +
           "\r\nCSeq: " + header(sent, "CSeq") + "\r\nContent-Length: 0\r\n\r\n";
  };
  peer.send(agent->udp(), answer("180 Ringing"));
  EXPECT_FALSE(peer.receive_starting("CANCEL").empty());
  peer.send(agent->udp(), answer("487 Request Terminated"));
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::local_hangup);
  expect_unharmed(1);
}

TEST_F(Fault, ATrunkGoesOnTrying) {
  sink.fail_once_at(Event::registration);
  TrunkRegistration trunk;
  trunk.name = "main";
  trunk.registrar_host = "127.0.0.1";
  trunk.registrar_port = peer.port();
  trunk.username = "100";
  ASSERT_TRUE(agent->register_trunk(trunk));
  EXPECT_FALSE(peer.receive_starting("REGISTER").empty());
  expect_unharmed(1);
}

}  // namespace
}  // namespace frontdesk::sip
