// Our offers inside a call keep to what was agreed (RFC 3264, section 8): the lines, the protection, its key.
#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

const std::string kHead = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
const std::string kVideo = "m=video 40002 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n";
const std::string kNoVideo = "m=video 0 RTP/AVP 99\r\n";
const std::string kSuite = " AES_CM_128_HMAC_SHA1_80 inline:";
// RFC 4568, section 4.
const std::string kKey = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

std::string audio(const std::string& protocol, const std::string& crypto) {
  return "m=audio 40000 " + protocol + " 8 96\r\na=rtpmap:96 telephone-event/8000\r\n" + crypto + "a=sendrecv\r\n";
}

std::string crypto_of(const std::string& sdp) {
  const auto at = sdp.find("a=crypto:");
  return at == std::string::npos ? std::string() : sdp.substr(at, sdp.find("\r\n", at) + 2 - at);
}

class ReOffer : public RawCall {
 protected:
  /// Ours, to an INVITE with this description.
  std::string agreed_on(const std::string& offer) {
    LocalMedia media = local_media(42000);
    media.srtp = SrtpPolicy::optional;
    const auto ok = answered(invite(offer), media);
    send(within("ACK", 1));
    EXPECT_TRUE(sink.next(Event::established));
    EXPECT_TRUE(sink.next(Event::media));
    return body(ok);
  }
};

TEST_F(ReOffer, KeepsTheLinesAndTheKey) {
  const auto ours = agreed_on(kHead + kVideo + audio("RTP/SAVP", "a=crypto:1" + kSuite + kKey + "\r\n"));
  ASSERT_TRUE(agent->hold(dialog));
  const auto hold = next("INVITE");
  const auto offer = body(hold);
  EXPECT_NE(offer.find(kNoVideo + "m=audio 42000 RTP/SAVP "), std::string::npos) << offer;
  const auto key = [](const std::string& line) { return line.substr(line.find(kSuite)); };
  const auto crypto = crypto_of(offer);
  ASSERT_NE(crypto.find(kSuite), std::string::npos) << offer;
  EXPECT_EQ(key(crypto), key(crypto_of(ours)));
  EXPECT_EQ(offer.find("a=crypto:"), offer.rfind("a=crypto:")) << "another suite: " << offer;

  const auto tag_end = crypto.find(' ');
  const auto line = crypto.substr(0, tag_end) + kSuite + kKey + "\r\n";
  respond(hold, "200 OK", kHead + kNoVideo + audio("RTP/SAVP", line));
  EXPECT_FALSE(next("ACK").empty());
  const auto held = sink.next(Event::hold);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->status, 200);
  const auto media = sink.next(Event::media);
  ASSERT_TRUE(media);
  EXPECT_TRUE(media->negotiated.srtp);
}

TEST_F(ReOffer, AnAnswerThatDropsTheKeyIsRefused) {
  agreed_on(kHead + audio("RTP/SAVP", "a=crypto:1" + kSuite + kKey + "\r\n"));
  ASSERT_TRUE(agent->hold(dialog));
  respond(next("INVITE"), "200 OK", kHead + audio("RTP/AVP", {}));
  EXPECT_FALSE(next("ACK").empty());
  const auto held = sink.next(Event::hold);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->status, 488);
  EXPECT_FALSE(held->held);
}

TEST_F(ReOffer, ALateOfferKeepsTheLinesToo) {
  agreed_on(kHead + audio("RTP/AVP", {}) + kVideo);
  send(within("INVITE", 2));
  const auto offer = body(next("SIP/2.0 200"));
  const auto line = offer.find("m=audio 42000 RTP/AVP ");
  ASSERT_NE(line, std::string::npos) << offer;
  EXPECT_GT(offer.find(kNoVideo), line) << offer;
  EXPECT_NE(offer.find(kNoVideo), std::string::npos) << offer;
  EXPECT_EQ(offer.find("a=crypto:"), std::string::npos) << "this call is in the clear: " << offer;
}

}  // namespace
}  // namespace frontdesk::sip
