// Drain: no new calls, the old ones run on, and BYE for each at the end.
#include <set>

#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

class Drain : public RawCall {
 protected:
  void establish_many(int count) {
    for (int i = 0; i < count; ++i) {
      Request request = invite();
      request.call_id = "many-" + std::to_string(i);
      request.branch = "z9hG4bKmany" + std::to_string(i);
      answered(request);
      Request ack = within("ACK", 1);
      ack.call_id = request.call_id;
      send(ack);
      ASSERT_TRUE(sink.next(Event::established)) << i;
    }
  }
  /// The Call-IDs of the BYEs within the time; each is answered.
  std::set<std::string> byes(std::size_t wanted, std::chrono::milliseconds patience) {
    std::set<std::string> calls;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (calls.size() < wanted) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) break;
      const auto bye = peer.receive_starting("BYE", left);
      if (bye.empty()) break;
      calls.insert(header(bye, "Call-ID"));
      respond(bye, "200 OK");
    }
    return calls;
  }
};

TEST_F(Drain, AHardStopSendsByeToEachOf100CallsWithinHalfASecond) {
  establish_many(100);
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(agent->drain(base::Duration(0)));
  EXPECT_EQ(byes(100, std::chrono::milliseconds(500)).size(), 100U);
  const auto took = std::chrono::steady_clock::now() - before;
  RecordProperty("ms", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  EXPECT_TRUE(sink.next(Event::drained));
  EXPECT_EQ(agent->counters().dialogs, 0U);
}

TEST_F(Drain, NewCallsGet503AndTheOldRunOnToTheirEnd) {
  establish();
  ASSERT_TRUE(agent->drain(base::seconds(60)));
  OutgoingCall call;
  call.target = "sip:100@" + peer.contact();
  call.media = local_media(41000);
  ASSERT_TRUE(agent->invite(call));
  EXPECT_EQ(sink.next(Event::ended)->end.status, 503);
  Request request = invite();
  request.call_id = "late";
  request.branch = "z9hG4bKlate";
  send(request);
  const auto refusal = next("SIP/2.0 503");
  EXPECT_FALSE(header(refusal, "Retry-After").empty());
  // The call that is up works on: hold by the peer, then its BYE.
  const Request hold = within("UPDATE", 2, with_direction("sendonly"));
  send(hold);
  EXPECT_EQ(peer.final_status(hold.branch), 200);
  EXPECT_FALSE(sink.next(Event::drained, std::chrono::milliseconds(20)));
  send(within("BYE", 3));
  EXPECT_TRUE(sink.next(Event::drained));
}

TEST_F(Drain, AtTheLimitWhoIsStillThereGetsBye) {
  establish_many(3);
  ASSERT_TRUE(agent->drain(base::milliseconds(200)));
  EXPECT_TRUE(silent("BYE"));
  EXPECT_EQ(byes(3, kPatience).size(), 3U);
  EXPECT_TRUE(sink.next(Event::drained));
}

TEST_F(Drain, WithoutCallsItIsDoneAtOnce) {
  ASSERT_TRUE(agent->drain(base::seconds(60)));
  EXPECT_TRUE(sink.next(Event::drained));
  ASSERT_TRUE(agent->drain(base::Duration(0)));
  EXPECT_FALSE(sink.next(Event::drained, std::chrono::milliseconds(20))) << "once";
}

}  // namespace
}  // namespace frontdesk::sip
