// Codecs, packet lengths, digits and RTCP in offers and answers.
#include <gtest/gtest.h>

#include "sip/sdp.hpp"

namespace frontdesk::sip {
namespace {

constexpr const char* kHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

LocalSession local(std::vector<Codec> allowed = {Codec::opus, Codec::g722, Codec::pcma, Codec::pcmu}) {
  return {{*base::parse_address("192.0.2.9", 42000), std::move(allowed)}, 7, 3, {}, {}};
}

base::Result<Answer> answered(const std::string& media, const LocalSession& ours = local()) {
  return parse_sdp(kHead + media).and_then([&](const auto& offer) { return answer_offer(offer, ours); });
}

base::Result<NegotiatedMedia> accepted(const std::string& media, const LocalSession& ours = local()) {
  return parse_sdp(kHead + media).and_then([&](const auto& answer) { return accept_answer(answer, ours); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(SdpCodecs, OfferOfAllCodecs) {
  EXPECT_EQ(make_offer(local()),
            "v=0\r\no=- 7 3 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
            "m=audio 42000 RTP/AVP 111 9 8 0 110 101\r\n"
            "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 maxplaybackrate=8000;sprop-maxcapturerate=8000;useinbandfec=1\r\n"
            "a=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-16\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n");
}

TEST(SdpCodecs, WhatProvidersAndPhonesOffer) {
  struct Case {
    const char* media;
    MediaFormat format;
    std::optional<int> digits;
    int digits_rate;
  };
  const Case cases[] = {
      // A FRITZ!Box.
      {"m=audio 7078 RTP/AVP 9 8 0 2 102 100 99 97 101\r\na=rtpmap:2 G726-32/8000\r\na=rtpmap:102 G726-32/8000\r\n"
       "a=rtpmap:100 G726-40/8000\r\na=rtpmap:99 G726-24/8000\r\na=rtpmap:97 iLBC/8000\r\na=fmtp:97 mode=30\r\n"
       "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\na=rtcp:7079\r\n",
       {Codec::g722, 9},
       101,
       8000},
      // A browser's gateway: digits at both clocks.
      {"m=audio 4000 RTP/AVP 111 63 9 0 8 13 110 126\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 "
       "minptime=10;useinbandfec=1\r\n"
       "a=rtpmap:63 red/48000/2\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n",
       {Codec::opus, 111},
       110,
       48000},
      // Opus with digits at 8 kHz only.
      {"m=audio 4000 RTP/AVP 107 8 101\r\na=rtpmap:107 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n",
       {Codec::opus, 107},
       101,
       8000},
      // Without the channels that RFC 7587 wants.
      {"m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 OPUS/48000\r\n", {Codec::opus, 96}, std::nullopt, 8000},
      // G.729 first, as carriers do.
      {"m=audio 4000 RTP/AVP 18 8 0 101\r\na=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\n",
       {Codec::pcma, 8},
       101,
       8000},
      // G.722 with a dynamic number.
      {"m=audio 4000 RTP/AVP 98\r\na=rtpmap:98 g722/8000\r\n", {Codec::g722, 98}, std::nullopt, 8000},
  };
  for (const auto& c : cases) {
    const auto answer = answered(c.media);
    ASSERT_TRUE(answer) << c.media;
    EXPECT_EQ(answer->media.format, c.format) << c.media;
    EXPECT_EQ(answer->media.receive_payload_type, c.format.payload_type);
    EXPECT_EQ(answer->media.telephone_event_payload_type, c.digits) << c.media;
    EXPECT_EQ(answer->media.telephone_event_clock_rate, c.digits_rate) << c.media;
    const auto back = parse_sdp(answer->sdp);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->streams[0].formats.size(), c.digits ? 2U : 1U);
  }
  EXPECT_FALSE(answered("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/16000/2\r\n"));
  EXPECT_FALSE(answered("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMA/8000/2\r\n"));
  EXPECT_FALSE(answered("m=audio 4000 RTP/AVP 9\r\na=rtpmap:9 G722/16000\r\n"));
}

TEST(SdpCodecs, OpusIsAnsweredWithItsParameters) {
  const auto answer = answered("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(contains(answer->sdp, "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 maxplaybackrate=8000;"));
}

TEST(SdpCodecs, AnswersMayNumberPayloadsTheirOwnWay) {
  const auto media =
      accepted("m=audio 4000 RTP/AVP 97 98\r\na=rtpmap:97 opus/48000/2\r\na=rtpmap:98 telephone-event/48000\r\n");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->format, (MediaFormat{Codec::opus, 97}));
  EXPECT_EQ(media->receive_payload_type, 111);
  EXPECT_EQ(media->telephone_event_payload_type, 98);
  EXPECT_EQ(media->receive_telephone_event_payload_type, 110);
  EXPECT_EQ(media->telephone_event_clock_rate, 48000);
}

TEST(SdpCodecs, LaterOffersKeepTheNumbersInUse) {
  auto ours = local();
  // The peer had given the digits the number that is customary for Opus.
  const auto first =
      answered("m=audio 4000 RTP/AVP 97 111\r\na=rtpmap:97 opus/48000/2\r\na=rtpmap:111 telephone-event/48000\r\n");
  ASSERT_TRUE(first);
  ours.in_use = first->media;
  EXPECT_TRUE(contains(make_offer(ours), "m=audio 42000 RTP/AVP 97 9 8 0 111 101\r\na=rtpmap:97 opus/48000/2\r\n"));
  const auto kept = accepted(
      "m=audio 4000 RTP/AVP 97 111\r\na=rtpmap:97 opus/48000/2\r\na=rtpmap:111 telephone-event/48000\r\n", ours);
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, first->media);
  // G.711 in use under 111: Opus moves.
  ours.in_use = answered("m=audio 4000 RTP/AVP 111\r\na=rtpmap:111 PCMU/8000\r\n")->media;
  EXPECT_TRUE(contains(make_offer(ours), "m=audio 42000 RTP/AVP 96 9 8 111 110 101\r\n"));
}

TEST(SdpCodecs, PacketLengthFollowsThePeerWithinReason) {
  struct Case {
    const char* lines;
    int g711, opus;
  };
  for (const auto& c : {Case{"", 20, 20}, Case{"a=ptime:30\r\n", 30, 20}, Case{"a=ptime:10\r\n", 10, 10},
                        Case{"a=ptime:60\r\n", 60, 60}, Case{"a=ptime:90\r\n", 60, 60}, Case{"a=ptime:5\r\n", 10, 10},
                        Case{"a=ptime:40\r\na=maxptime:30\r\n", 30, 20}, Case{"a=maxptime:10\r\n", 10, 10},
                        Case{"a=ptime:0\r\n", 20, 20}, Case{"a=ptime:x\r\n", 20, 20},
                        Case{"a=ptime:99999999999\r\n", 20, 20}, Case{"a=ptime:20.0\r\n", 20, 20}}) {
    const auto g711 = answered(std::string("m=audio 4000 RTP/AVP 8\r\n") + c.lines);
    const auto opus = answered(std::string("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n") + c.lines);
    ASSERT_TRUE(g711 && opus);
    EXPECT_EQ(g711->media.ptime_ms, c.g711) << c.lines;
    EXPECT_EQ(opus->media.ptime_ms, c.opus) << c.lines;
    EXPECT_TRUE(contains(g711->sdp, "a=ptime:" + std::to_string(c.g711) + "\r\n"));
  }
}

TEST(SdpCodecs, WhereRtcpGoes) {
  const auto plain = answered("m=audio 4000 RTP/AVP 8\r\n");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->media.rtcp_mux);
  EXPECT_FALSE(contains(plain->sdp, "rtcp"));
  EXPECT_EQ(base::to_string(plain->media.rtcp_remote), "192.0.2.1:4001");
  const auto mux = answered("m=audio 4000 RTP/AVP 8\r\na=rtcp-mux\r\n");
  EXPECT_TRUE(mux->media.rtcp_mux);
  EXPECT_TRUE(contains(mux->sdp, "a=rtcp-mux\r\n"));
  EXPECT_EQ(base::to_string(answered("m=audio 4000 RTP/AVP 8\r\na=rtcp:53020\r\n")->media.rtcp_remote),
            "192.0.2.1:53020");
  EXPECT_EQ(
      base::to_string(answered("m=audio 4000 RTP/AVP 8\r\na=rtcp:53020 IN IP4 192.0.2.77\r\n")->media.rtcp_remote),
      "192.0.2.77:53020");
  EXPECT_EQ(base::to_string(answered("m=audio 4000 RTP/AVP 8\r\na=rtcp:99999\r\n")->media.rtcp_remote),
            "192.0.2.1:4001");
  EXPECT_FALSE(answered("m=audio 4000 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n")->media.rtcp_remote.is_set());
  auto offers_mux = local();
  offers_mux.media.offer_mux = true;
  EXPECT_TRUE(contains(make_offer(offers_mux), "a=rtcp-mux\r\n"));
}

}  // namespace
}  // namespace frontdesk::sip
