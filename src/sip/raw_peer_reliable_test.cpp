// Reliable provisional responses (RFC 3262), as caller and as called.
#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

constexpr const char* kReliable = "Supported: 100rel\r\n";

class Reliable : public RawCall {
 protected:
  void call_in(const std::string& extra, const std::string& content = kOffer) {
    Request request = invite(content);
    request.extra = extra;
    send(request);
    const auto incoming = sink.next(Event::incoming);
    ASSERT_TRUE(incoming);
    dialog = incoming->dialog;
  }
  Request prack(const std::string& response, int sequence, const std::string& content = {}) {
    tag = to_tag(response);
    Request request = within("PRACK", sequence, content);
    request.extra = "RAck: " + header(response, "RSeq") + " 1 INVITE\r\n";
    return request;
  }
  int prack_status(const Request& request) {
    send(request);
    return peer.final_status(request.branch);
  }
};

TEST_F(Reliable, A183WithTheAnswerIsRepeatedUntilPrackAndThe200WaitsForIt) {
  call_in(kReliable);
  ASSERT_TRUE(agent->progress(dialog, local_media(42000)));
  const auto early = next("SIP/2.0 183");
  EXPECT_EQ(header(early, "Require"), "100rel");
  EXPECT_NE(body(early).find("m=audio 42000"), std::string::npos);
  ASSERT_TRUE(sink.next(Event::media));
  ASSERT_TRUE(agent->answer(dialog, local_media(42000)));
  for (int i = 0; i < 2; ++i) {
    const auto again = peer.receive([](const std::string& d) { return d.rfind("SIP/2.0 ", 0) == 0; });
    EXPECT_EQ(again, early) << "no 200 before the PRACK";
  }
  Request wrong = prack(early, 2);
  wrong.extra = "RAck: 1 2 INVITE\r\n";
  EXPECT_EQ(prack_status(wrong), 481);
  send(prack(early, 3));
  bool pracked = false, answered = false;
  std::string ok;
  for (int i = 0; i < 2; ++i) {
    const auto response = next("SIP/2.0 200");
    pracked |= header(response, "CSeq") == "3 PRACK";
    if (header(response, "CSeq") == "1 INVITE") answered = true, ok = response;
  }
  EXPECT_TRUE(pracked);
  ASSERT_TRUE(answered);
  EXPECT_TRUE(body(ok).empty()) << "the answer was given";
  send(within("ACK", 1));
  EXPECT_TRUE(sink.next(Event::established));
  EXPECT_EQ(prack_status(prack(early, 4)), 481) << "nothing is left to acknowledge";
}

TEST_F(Reliable, WithoutPrackTheCallIs504) {
  auto options = loopback_options();
  options.t1 = base::milliseconds(5);
  start(options);
  call_in(kReliable);
  ASSERT_TRUE(agent->progress(dialog, local_media(42000)));
  EXPECT_FALSE(next("SIP/2.0 504").empty());
  const auto ended = sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.status, 504);
}

TEST_F(Reliable, WhoDoesNotKnowItGetsThe183Plainly) {
  call_in({});
  ASSERT_TRUE(agent->progress(dialog, local_media(42000)));
  const auto early = next("SIP/2.0 183");
  EXPECT_EQ(header(early, "RSeq"), "");
  ASSERT_TRUE(agent->answer(dialog, local_media(42000)));
  const auto ok = next("SIP/2.0 200");
  EXPECT_EQ(body(ok), body(early));
}

TEST_F(Reliable, RingingIsReliableOnlyWhereRequired) {
  call_in("Require: 100rel\r\n");
  ASSERT_TRUE(agent->ring(dialog));
  const auto ringing = next("SIP/2.0 180");
  EXPECT_FALSE(header(ringing, "RSeq").empty());
  EXPECT_EQ(prack_status(prack(ringing, 2)), 200);
  EXPECT_TRUE(silent("SIP/2.0 180")) << "acknowledged";
  // A second reliable one has the next number.
  ASSERT_TRUE(agent->progress(dialog, local_media(42000)));
  const auto early = next("SIP/2.0 183");
  EXPECT_EQ(std::stol(header(early, "RSeq")), std::stol(header(ringing, "RSeq")) + 1);
}

TEST_F(Reliable, APrackThatCrossesThe200IsTaken) {
  call_in("Require: 100rel\r\n");
  ASSERT_TRUE(agent->ring(dialog));
  const auto ringing = next("SIP/2.0 180");
  ASSERT_TRUE(agent->answer(dialog, local_media(42000)));
  ASSERT_FALSE(next("SIP/2.0 200").empty());
  Request stray = prack(ringing, 2);
  stray.extra = "RAck: 1 1 INVITE\r\n";
  EXPECT_EQ(prack_status(stray), 481);
  EXPECT_EQ(prack_status(prack(ringing, 3)), 200);
  send(within("ACK", 1));
  EXPECT_TRUE(sink.next(Event::established));
}

TEST_F(Reliable, PrackBringsTheAnswerToALateOffer) {
  call_in(kReliable, "");
  ASSERT_TRUE(agent->progress(dialog, local_media(42000)));
  const auto early = next("SIP/2.0 183");
  EXPECT_NE(body(early).find("m=audio 42000 RTP/AVP 0 8 101"), std::string::npos) << early;
  EXPECT_EQ(prack_status(prack(early, 2, kOffer)), 200);
  EXPECT_TRUE(sink.next(Event::media));
  ASSERT_TRUE(agent->answer(dialog, local_media(42000)));
  const auto ok = next("SIP/2.0 200");
  EXPECT_TRUE(body(ok).empty());
  send(within("ACK", 1));
  EXPECT_TRUE(sink.next(Event::established));
}

TEST_F(Reliable, RingingWithoutAnOfferOfTheCallersBringsOursWhereRequired) {
  call_in("Require: 100rel\r\n", "");
  ASSERT_TRUE(agent->ring(dialog));
  EXPECT_TRUE(silent("SIP/2.0 180")) << "a first reliable response must offer something";
  ASSERT_TRUE(agent->ring(dialog, local_media(42000)));
  const auto ringing = next("SIP/2.0 180");
  EXPECT_EQ(header(ringing, "Require"), "100rel");
  EXPECT_NE(body(ringing).find("m=audio 42000"), std::string::npos) << ringing;
  ASSERT_TRUE(agent->answer(dialog, local_media(42000)));
  EXPECT_TRUE(silent("SIP/2.0 200")) << "not before the PRACK";
  EXPECT_EQ(prack_status(prack(ringing, 2, kOffer)), 200);
  EXPECT_TRUE(sink.next(Event::media));
  const auto ok = peer.receive([](const std::string& d) { return header(d, "CSeq") == "1 INVITE"; });
  EXPECT_TRUE(body(ok).empty()) << ok;
  send(within("ACK", 1));
  EXPECT_TRUE(sink.next(Event::established));
}

TEST_F(Reliable, PrackBringsANewOffer) {
  call_in(kReliable);
  ASSERT_TRUE(agent->progress(dialog, local_media(42000)));
  const auto early = next("SIP/2.0 183");
  ASSERT_TRUE(sink.next(Event::media));
  send(prack(early, 2, with_direction("sendonly")));
  const auto ok = next("SIP/2.0 200");
  EXPECT_EQ(header(ok, "CSeq"), "2 PRACK");
  EXPECT_NE(body(ok).find("a=recvonly\r\n"), std::string::npos) << ok;
  const auto media = sink.next(Event::media);
  ASSERT_TRUE(media);
  EXPECT_FALSE(media->negotiated.may_send);
  // An UPDATE may do the same before the answer (RFC 3311, section 5.2).
  const Request update = within("UPDATE", 3, kOffer);
  send(update);
  EXPECT_EQ(peer.final_status(update.branch), 200);
}

TEST_F(Reliable, CancelStopsTheRepetitions) {
  call_in(kReliable);
  ASSERT_TRUE(agent->progress(dialog, local_media(42000)));
  ASSERT_FALSE(next("SIP/2.0 183").empty());
  Request cancel = invite("");
  cancel.method = "CANCEL";
  send(cancel);
  EXPECT_FALSE(next("SIP/2.0 487").empty());
  EXPECT_TRUE(silent("SIP/2.0 183"));
  EXPECT_EQ(sink.next(Event::ended)->end.cause, EndCause::cancelled);
}

TEST_F(Reliable, WeAcknowledgeEachInOrderAndOnce) {
  const auto sent = invited();
  EXPECT_NE(header(sent, "Supported").find("100rel"), std::string::npos);
  const auto reliable = [](int sequence) { return "Require: 100rel\r\nRSeq: " + std::to_string(sequence) + "\r\n"; };
  respond(sent, "183 Session Progress", kOffer, reliable(10));
  const auto first = next("PRACK");
  EXPECT_EQ(header(first, "RAck"), "10 " + header(sent, "CSeq"));
  EXPECT_EQ(header(first, "To"), header(sent, "To") + ";tag=answer");
  EXPECT_EQ(first.rfind("PRACK sip:100@" + peer.contact(), 0), 0U);
  respond(first, "200 OK");
  EXPECT_EQ(sink.next(Event::progress)->status, 183);
  EXPECT_TRUE(sink.next(Event::media));
  respond(sent, "183 Session Progress", kOffer, reliable(10));
  respond(sent, "180 Ringing", {}, reliable(12));
  EXPECT_TRUE(silent("PRACK"));
  respond(sent, "180 Ringing", {}, reliable(11));
  const auto second = next("PRACK");
  EXPECT_EQ(header(second, "RAck"), "11 " + header(sent, "CSeq"));
  respond(second, "200 OK");
  EXPECT_EQ(sink.next(Event::progress)->status, 180);
  // The early dialog is real: UPDATE in it is answered.
  peer.send(agent->udp(), called_back(sent, "UPDATE", 1, with_direction("sendonly")));
  EXPECT_EQ(header(next("SIP/2.0 200"), "CSeq"), "1 UPDATE");
  EXPECT_FALSE(sink.next(Event::media)->negotiated.may_send);
  respond(sent, "200 OK");
  EXPECT_TRUE(sink.next(Event::established));
}

}  // namespace
}  // namespace frontdesk::sip
