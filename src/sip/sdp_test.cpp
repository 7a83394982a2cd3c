#include "sip/sdp.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace frontdesk::sip {
namespace {

constexpr const char* kHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

LocalSession local(std::vector<Codec> allowed = {Codec::pcmu, Codec::pcma}) {
  return {{*base::parse_address("192.0.2.9", 42000), std::move(allowed)}, 7, 3};
}

base::Result<Answer> answered(const std::string& media, const LocalSession& ours = local()) {
  return parse_sdp(kHead + media).and_then([&](const auto& offer) { return answer_offer(offer, ours); });
}

TEST(Sdp, OfferListsCodecsInOurOrder) {
  EXPECT_EQ(make_offer(local({Codec::pcma, Codec::pcmu})),
            "v=0\r\no=- 7 3 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
            "m=audio 42000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n");
}

TEST(Sdp, AnswerKeepsTheOffersOrderAndPayloadTypes) {
  const auto answer = answered(
      "m=audio 4000 RTP/AVP 3 8 0 97 96\r\na=rtpmap:97 telephone-event/48000\r\na=rtpmap:96 telephone-event/8000\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->media.format, (MediaFormat{Codec::pcma, 8}));
  EXPECT_EQ(answer->media.telephone_event_payload_type, 96);
  EXPECT_EQ(answer->media.remote, *base::parse_address("192.0.2.1", 4000));
  EXPECT_NE(answer->sdp.find("m=audio 42000 RTP/AVP 8 96\r\n"), std::string::npos);
}

TEST(Sdp, DynamicPayloadTypesForG711AndRedefinedStaticOnes) {
  const auto dynamic = answered("m=audio 4000 RTP/AVP 0 120\r\na=rtpmap:0 X/8000\r\na=rtpmap:120 pcmu/8000/1\r\n");
  ASSERT_TRUE(dynamic);
  EXPECT_EQ(dynamic->media.format, (MediaFormat{Codec::pcmu, 120}));
  EXPECT_FALSE(answered("m=audio 4000 RTP/AVP 120\r\na=rtpmap:120 PCMU/16000\r\n"));
}

TEST(Sdp, OtherStreamsAreRefusedInPlace) {
  const auto answer = answered(
      "m=video 4002 RTP/AVP 96 97\r\nm=audio 4000 RTP/SAVP 0\r\nm=audio 4004 RTP/AVP 0\r\nm=audio 4006 RTP/AVP 8\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->media.remote.port, 4004);
  const auto streams = parse_sdp(answer->sdp)->streams;
  ASSERT_EQ(streams.size(), 4U);
  EXPECT_EQ(streams[0].kind, "video");
  EXPECT_EQ(streams[0].port, 0);
  EXPECT_EQ(streams[1].port, 0);
  EXPECT_EQ(streams[2].port, 42000);
  EXPECT_EQ(streams[3].port, 0);
}

TEST(Sdp, DirectionsAreMirrored) {
  struct Case {
    const char* offered;
    const char* answer;
    bool may_send, may_receive;
  };
  for (const auto& c : {Case{"sendrecv", "sendrecv", true, true}, Case{"sendonly", "recvonly", false, true},
                        Case{"recvonly", "sendonly", true, false}, Case{"inactive", "inactive", false, false}}) {
    const auto answer = answered(std::string("m=audio 4000 RTP/AVP 0\r\na=") + c.offered + "\r\n");
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->sdp.find(std::string("a=") + c.answer), std::string::npos);
    EXPECT_EQ(answer->media.may_send, c.may_send);
    EXPECT_EQ(answer->media.may_receive, c.may_receive);
    // The session's direction holds where the stream says nothing.
    const auto inherited = answered(std::string("a=") + c.offered + "\r\nm=audio 4000 RTP/AVP 0\r\n");
    ASSERT_TRUE(inherited);
    EXPECT_EQ(inherited->media, answer->media);
  }
}

TEST(Sdp, HoldByAddressZero) {
  const auto answer = answered("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->media.may_send);
}

TEST(Sdp, StreamAddressBeatsSessionAddressAndIpv6Works) {
  LocalSession ours = local();
  ours.media.rtp = *base::parse_address("2001:db8::9", 42000);
  const auto answer = answered("m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::5\r\n", ours);
  ASSERT_TRUE(answer);
  EXPECT_EQ(base::to_string(answer->media.remote), "[2001:db8::5]:4000");
}

TEST(Sdp, AHostNameIsLeftForTheSoundToShow) {
  for (const char* family : {"IP4", "IP6"}) {
    const auto answer = answered(std::string("m=audio 4000 RTP/AVP 0\r\nc=IN ") + family + " media.example.com\r\n");
    ASSERT_TRUE(answer) << family;
    EXPECT_FALSE(answer->media.remote.is_set());
    EXPECT_FALSE(answer->media.rtcp_remote.is_set());
    EXPECT_TRUE(answer->media.may_send);
  }
  const auto whole = parse_sdp("v=0\r\nc=IN IP4 media.example.com\r\nm=audio 4000 RTP/AVP 0\r\n");
  EXPECT_TRUE(whole && answer_offer(*whole, local()));
  for (const char* bad :
       {"IN IP4 300.1.2.3", "IN IP6 192.0.2.1", "IN IP4 2001:db8::1", "IN IP4 a_b", "IN IP4", "X IP4 a"})
    EXPECT_FALSE(answered("m=audio 4000 RTP/AVP 0\r\nc=" + std::string(bad) + "\r\n")) << bad;
}

TEST(Sdp, NothingInCommon) {
  for (const char* media :
       {"m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n", "m=audio 4000 RTP/AVP 3\r\n",
        "m=text 4000 RTP/AVP 0\r\n", "m=audio 0 RTP/AVP 0\r\n", "m=audio 4000 RTP/AVP 4294967296\r\n",
        "m=audio 4000 RTP/AVP 200\r\na=rtpmap:200 PCMU/8000\r\n", "m=audio 4000 RTP/AVP\r\n"}) {
    EXPECT_FALSE(answered(media)) << media;
  }
  EXPECT_FALSE(answered("m=audio 4000 RTP/AVP 0\r\n", local({Codec::pcma})));
}

TEST(Sdp, AnswersToOurOffer) {
  const auto accept = [](const std::string& media) {
    return parse_sdp(kHead + media).and_then([](const auto& a) { return accept_answer(a, local()); });
  };
  const auto media = accept("m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=recvonly\r\n");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->format, (MediaFormat{Codec::pcma, 8}));
  EXPECT_TRUE(media->may_send);
  EXPECT_FALSE(media->may_receive);
  EXPECT_FALSE(accept("m=audio 0 RTP/AVP 0\r\n"));
  EXPECT_FALSE(accept("m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n"));
}

TEST(Sdp, RefusesWhatIsNoDescription) {
  for (const char* text : {"", "v=0", "v=1\r\nm=audio 1 RTP/AVP 0\r\n", "hello", "v=0\r\nm=audio\r\n",
                           "v=0\r\nm=audio 70000 RTP/AVP 0\r\n", "v=0\r\nm=audio x RTP/AVP 0\r\n", "v=0\r\nx\r\n"}) {
    EXPECT_FALSE(parse_sdp(text)) << text;
  }
  std::string many = kHead;
  for (int i = 0; i < 33; ++i) many += "m=audio 4000 RTP/AVP 0\r\n";
  EXPECT_FALSE(parse_sdp(many));
}

TEST(Sdp, BareLineFeedsAreTaken) {
  const auto sdp = parse_sdp("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000/2 RTP/AVP 0\na=sendonly\n");
  ASSERT_TRUE(sdp);
  EXPECT_EQ(sdp->streams[0].port, 4000);
  EXPECT_EQ(sdp->streams[0].direction, MediaDirection::sendonly);
}

TEST(Sdp, DamagedDescriptionsNeverMakeABrokenAnswer) {
  const std::string good = std::string(kHead) +
                           "m=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\na=sendonly\r\n"
                           "m=video 4002 RTP/AVP 97\r\n";
  base::Random random(3);
  int answered_count = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = good;
    for (int k = 0; k < 3; ++k) damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    const auto offer = parse_sdp(damaged);
    if (!offer) continue;
    const auto answer = answer_offer(*offer, local());
    if (!answer) continue;
    ++answered_count;
    const auto back = parse_sdp(answer->sdp);
    ASSERT_TRUE(back) << answer->sdp;
    EXPECT_EQ(back->streams.size(), offer->streams.size());
  }
  EXPECT_GT(answered_count, 5000);
}

TEST(Sdp, AStreamOfTheOtherAddressFamilyIsNoneForUs) {
  const std::string v4 = "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n";
  const std::string v6 = "m=audio 5000 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n";
  const std::string held = "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n";
  const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
  for (const bool six : {false, true}) {
    LocalSession ours;
    ours.media = {*base::parse_address(six ? "2001:db8::9" : "192.0.2.9", 42000), {Codec::pcmu}};
    const auto port = [&](const std::string& media) {
      const auto answer = answer_offer(*parse_sdp(head + media), ours);
      return answer ? answer->media.remote.port : 0;
    };
    EXPECT_EQ(port(v4), six ? 0 : 4000);
    EXPECT_EQ(port(v6), six ? 5000 : 0);
    EXPECT_EQ(port(v6 + v4), six ? 5000 : 4000);
    EXPECT_EQ(port(held), 6000);
  }
}

}  // namespace
}  // namespace frontdesk::sip
