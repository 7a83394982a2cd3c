// What the headers of an INVITE say about the caller, as it is handed on.
#include "sip/raw_peer_fixture_test.hpp"
#include "sip/read_caller_headers.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

TEST_F(RawPeer, ATelUriNamesTheNumberCalled) {
  Request request = invite();
  request.uri = "tel:+442079460000;phone-context=example.com";
  send(request);
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.request_user, "+442079460000");
  ASSERT_TRUE(agent->answer(incoming->dialog, local_media(42000)));
  const auto ok = peer.receive_starting("SIP/2.0 200");
  EXPECT_EQ(header(ok, "Contact").rfind("<sip:+442079460000@", 0), 0U) << ok;
}

TEST_F(RawPeer, HandsOnWhatNamesTheCaller) {
  Request request = invite();
  request.extra =
      "p-asserted-identity: \"Ann\" <sip:+442079460000@carrier;verstat=TN-Validation-Passed>\r\n"
      "Remote-Party-ID: <sip:02079460007@x>;party=calling\r\n"
      "Diversion: <sip:1@a>;reason=busy\r\nDiversion: <sip:2@a>\r\n"
      "History-Info: <sip:3@a>;index=1\r\n"
      "Privacy: id;critical\r\n"
      "P-Called-Party-ID: <sip:+443335550100@x>\r\n"
      "y: a.b.c;info=<https://x/>\r\nIdentity: d.e.f\r\n";
  send(request);
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  const auto& caller = incoming->call.caller;
  EXPECT_NE(caller.from.find("ann@"), std::string::npos) << caller.from;
  ASSERT_EQ(caller.asserted.size(), 1U);
  EXPECT_EQ(caller.asserted[0], "\"Ann\" <sip:+442079460000@carrier;verstat=TN-Validation-Passed>");
  ASSERT_EQ(caller.remote_party.size(), 1U);
  EXPECT_EQ(caller.diversion, (std::vector<std::string>{"<sip:1@a>;reason=busy", "<sip:2@a>"}));
  EXPECT_EQ(caller.history, (std::vector<std::string>{"<sip:3@a>;index=1"}));
  EXPECT_EQ(caller.privacy, (std::vector<std::string>{"id;critical"}));
  EXPECT_EQ(caller.called_party, "<sip:+443335550100@x>");
  EXPECT_EQ(caller.identity, (std::vector<std::string>{"a.b.c;info=<https://x/>", "d.e.f"}));
}

TEST(CallerHeaders, AreBoundedAndHideNothingByIt) {
  std::string text = "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP b;branch=z9hG4bK1\r\nf: <sip:ann@c>;tag=1\r\n";
  for (int i = 0; i < 40; ++i) text += "Diversion: <sip:" + std::to_string(i) + "@a>\r\n";
  text += "P-Asserted-Identity: <sip:" + std::string(kMaxCallerFieldBytes, '1') + "@carrier>\r\n";
  text += "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
  Ref<mbuf> buffer(mbuf_alloc(text.size()));
  ASSERT_EQ(mbuf_write_str(buffer.get(), text.c_str()), 0);
  buffer.get()->pos = 0;
  Ref<sip_msg> message;
  ASSERT_EQ(sip_msg_decode(message.out(), buffer.get()), 0);
  const auto caller = read_caller_headers(message.get());
  EXPECT_EQ(caller.from, "<sip:ann@c>;tag=1");
  ASSERT_EQ(caller.diversion.size(), kMaxCallerFields);
  EXPECT_EQ(caller.diversion.back(), "<sip:15@a>");
  EXPECT_EQ(caller.asserted, std::vector<std::string>{""}) << "it was there: From does not replace it";
}

}  // namespace
}  // namespace frontdesk::sip
