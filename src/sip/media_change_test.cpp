// Other codecs and packets within a call, digits of ours by INFO, and whose order of codecs decides.
#include "sip/raw_call_fixture_test.hpp"
#include "sip/sdp.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

constexpr const char* kWide =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 9 8 111 101\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=maxptime:40\r\na=sendrecv\r\n";
constexpr const char* kOpusAnswer =
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 111\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=ptime:40\r\na=sendrecv\r\n";

class MediaChange : public RawCall {
 protected:
  void establish_wide() {
    auto media = local_media(42000);
    media.allowed = {Codec::pcma, Codec::g722, Codec::opus};
    answered(invite(kWide), media);
    send(within("ACK", 1));
    ASSERT_TRUE(sink.next(Event::established));
    const auto agreed = sink.next(Event::media);
    ASSERT_TRUE(agreed);
    EXPECT_EQ(agreed->negotiated.format.codec, Codec::g722);
    EXPECT_EQ(agreed->negotiated.common, (std::vector{Codec::pcma, Codec::g722, Codec::opus}));
    EXPECT_EQ(agreed->negotiated.max_ptime_ms, 40);
  }
};

std::string media_line(const std::string& message) {
  const auto at = message.find("m=audio");
  return message.substr(at, message.find("\r\n", at) - at);
}

TEST_F(MediaChange, OffersThePreferredCodecFirst) {
  establish_wide();
  ASSERT_TRUE(agent->change_media(dialog, {Codec::opus}, 40));
  const auto offer = next("INVITE");
  EXPECT_EQ(media_line(offer).find("m=audio 42000 RTP/AVP 111 8 9"), 0U) << media_line(offer);
  EXPECT_NE(body(offer).find("a=ptime:40"), std::string::npos);
  respond(offer, "200 OK", kOpusAnswer);
  EXPECT_FALSE(next("ACK").empty());
  const auto agreed = sink.next(Event::media);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->negotiated.format.codec, Codec::opus);
  EXPECT_EQ(agreed->negotiated.ptime_ms, 40);
  EXPECT_EQ(sink.next(Event::media_change)->status, 200);
  // A later hold keeps it.
  ASSERT_TRUE(agent->hold(dialog));
  EXPECT_EQ(media_line(next("INVITE")).find("m=audio 42000 RTP/AVP 111 8 9"), 0U);
}

TEST_F(MediaChange, RefusedTheCallGoesOnAsBefore) {
  establish_wide();
  ASSERT_TRUE(agent->change_media(dialog, {Codec::opus}, 40));
  respond(next("INVITE"), "488 Not Acceptable Here");
  EXPECT_EQ(sink.next(Event::media_change)->status, 488);
  EXPECT_TRUE(alive());
  ASSERT_TRUE(agent->hold(dialog));
  const auto hold = peer.receive(
      [](const std::string& d) { return d.rfind("INVITE", 0) == 0 && d.find("a=sendonly") != std::string::npos; });
  EXPECT_EQ(media_line(hold).find("m=audio 42000 RTP/AVP 8 9 111"), 0U) << hold;
  EXPECT_NE(body(hold).find("a=ptime:20"), std::string::npos);
}

TEST_F(MediaChange, GlareIsTriedAgain) {
  establish_wide();
  ASSERT_TRUE(agent->change_media(dialog, {Codec::opus}, 20));
  const auto first = next("INVITE");
  respond(first, "491 Request Pending");
  const auto second = peer.receive(
      [&](const std::string& d) { return d.rfind("INVITE", 0) == 0 && header(d, "CSeq") != header(first, "CSeq"); });
  ASSERT_FALSE(second.empty());
  respond(second, "200 OK", kOpusAnswer);
  EXPECT_EQ(sink.next(Event::media_change)->status, 200);
}

TEST_F(MediaChange, BeforeTheCallIsEstablishedItIsRefused) {
  ASSERT_FALSE(invited().empty());
  ASSERT_TRUE(agent->change_media(dialog, {Codec::pcmu}, 20));
  EXPECT_EQ(sink.next(Event::media_change)->status, 0);
}

TEST_F(MediaChange, DigitsGoByInfoOneAfterTheOther) {
  establish_wide();
  ASSERT_TRUE(agent->send_digits(dialog, "1x*D"));
  std::string digits;
  for (const char* status : {"200 OK", "415 Unsupported Media Type", "200 OK"}) {
    const auto info = next("INFO");
    ASSERT_FALSE(info.empty());
    EXPECT_EQ(header(info, "Content-Type"), "application/dtmf-relay");
    digits += body(info).substr(7, 1);
    EXPECT_TRUE(silent("INFO"));
    respond(info, status);
  }
  EXPECT_EQ(digits, "1*D");
  EXPECT_TRUE(alive());
}

TEST(OwnOrder, DecidesWhereTheOwnerHasOne) {
  LocalSession local{{*base::parse_address("192.0.2.9", 42000), {Codec::opus, Codec::pcma, Codec::g722}}, 7, 3, {}, {}};
  const auto codec = [&] { return answer_offer(*parse_sdp(kWide), local)->media.format.codec; };
  EXPECT_EQ(codec(), Codec::g722);
  local.media.own_order = true;
  EXPECT_EQ(codec(), Codec::opus);
  local.media.allowed = {Codec::pcmu, Codec::pcma};
  EXPECT_EQ(codec(), Codec::pcma);
  local.media.telephone_events = false;
  EXPECT_EQ(make_offer(local).find("telephone-event"), std::string::npos);
}

}  // namespace
}  // namespace frontdesk::sip
