// SRTP in offers and answers (RFC 4568, RFC 7714, RFC 8643).
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "sip/sdp.hpp"

namespace frontdesk::sip {
namespace {

using srtp::CryptoSuite;

constexpr const char* kHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
// RFC 4568, section 4.
constexpr const char* kKey = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

LocalSession local(SrtpPolicy policy) {
  LocalSession session{{*base::parse_address("192.0.2.9", 42000), {Codec::pcmu, Codec::pcma}, policy}, 7, 3, {}, {}};
  session.keys = random_crypto_keys();
  return session;
}

base::Result<Answer> answered(const std::string& media, const LocalSession& ours) {
  return parse_sdp(kHead + media).and_then([&](const auto& offer) { return answer_offer(offer, ours); });
}

std::string stream(const std::string& protocol, const std::string& crypto = "", int port = 4000) {
  return "m=audio " + std::to_string(port) + " " + protocol + " 8\r\n" +
         (crypto.empty() ? "" : "a=crypto:" + crypto + "\r\n");
}

const std::string kGood = "1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(kKey);

TEST(SdpSrtp, Policies) {
  struct Case {
    SrtpPolicy policy;
    std::string media;
    bool accepted, encrypted;
  };
  const std::string bad = "1 F8_128_HMAC_SHA1_80 inline:" + std::string(kKey);
  const Case cases[] = {
      {SrtpPolicy::off, stream("RTP/AVP"), true, false},
      {SrtpPolicy::off, stream("RTP/AVP", kGood), true, false},
      {SrtpPolicy::off, stream("RTP/SAVP", kGood), false, false},
      {SrtpPolicy::optional, stream("RTP/AVP"), true, false},
      {SrtpPolicy::optional, stream("RTP/AVP", kGood), true, true},
      {SrtpPolicy::optional, stream("RTP/AVP", bad), true, false},
      {SrtpPolicy::optional, stream("RTP/SAVP", kGood), true, true},
      {SrtpPolicy::optional, stream("RTP/SAVPF", kGood), true, true},
      {SrtpPolicy::optional, stream("RTP/SAVP", bad), false, false},
      {SrtpPolicy::optional, stream("RTP/SAVP"), false, false},
      {SrtpPolicy::required, stream("RTP/SAVP", kGood), true, true},
      {SrtpPolicy::required, stream("RTP/SAVP", bad), false, false},
      {SrtpPolicy::required, stream("RTP/AVP"), false, false},
      {SrtpPolicy::required, stream("RTP/AVP", kGood), false, false},
      {SrtpPolicy::required, stream("UDP/TLS/RTP/SAVP", kGood), false, false},
  };
  for (const auto& c : cases) {
    const auto answer = answered(c.media, local(c.policy));
    ASSERT_EQ(answer.has_value(), c.accepted) << static_cast<int>(c.policy) << " " << c.media;
    if (!answer) continue;
    EXPECT_EQ(answer->media.srtp.has_value(), c.encrypted) << c.media;
    EXPECT_EQ(answer->sdp.find("a=crypto:") != std::string::npos, c.encrypted) << c.media;
  }
}

TEST(SdpSrtp, TheEncryptedOneOfTwoStreamsIsTaken) {
  const auto media = stream("RTP/AVP", "", 4000) + stream("RTP/SAVP", kGood, 4002);
  const auto answer = answered(media, local(SrtpPolicy::optional));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->media.remote.port, 4002);
  const auto streams = parse_sdp(answer->sdp)->streams;
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0].port, 0);
  EXPECT_EQ(streams[1].port, 42000);
  EXPECT_EQ(streams[1].protocol, "RTP/SAVP");
}

TEST(SdpSrtp, KeysAreExchangedForEverySuite) {
  for (const SrtpPolicy policy : {SrtpPolicy::optional, SrtpPolicy::required}) {
    for (std::size_t i = 0; i < srtp::kAllSuites.size(); ++i) {
      auto caller = local(policy);
      auto callee = local(policy);
      // The callee knows this suite alone.
      for (std::size_t k = 0; k < callee.keys.size(); ++k) {
        if (k != i) callee.keys[k] = base::Secret();
      }
      const auto offer = parse_sdp(make_offer(caller));
      ASSERT_TRUE(offer);
      EXPECT_EQ(offer->streams[0].protocol, policy == SrtpPolicy::required ? "RTP/SAVP" : "RTP/AVP");
      EXPECT_EQ(offer->streams[0].crypto.size(), srtp::kAllSuites.size());
      const auto answer = answer_offer(*offer, callee);
      ASSERT_TRUE(answer);
      const auto settled = accept_answer(*parse_sdp(answer->sdp), caller);
      ASSERT_TRUE(settled);
      ASSERT_TRUE(settled->srtp && answer->media.srtp);
      EXPECT_EQ(settled->srtp->suite, srtp::kAllSuites[i]);
      EXPECT_EQ(settled->srtp->send, answer->media.srtp->receive);
      EXPECT_EQ(settled->srtp->receive, answer->media.srtp->send);
      EXPECT_NE(settled->srtp->receive, settled->srtp->send);
      EXPECT_EQ(settled->srtp->send.expose().size(), srtp::key_bytes(srtp::kAllSuites[i]));
    }
  }
}

TEST(SdpSrtp, AnAnswerInTheClearIsForTheOptionalOnly) {
  const auto answer = *parse_sdp(std::string(kHead) + stream("RTP/AVP"));
  const auto optional = accept_answer(answer, local(SrtpPolicy::optional));
  ASSERT_TRUE(optional);
  EXPECT_FALSE(optional->srtp);
  EXPECT_FALSE(accept_answer(answer, local(SrtpPolicy::required)));
  // A suite under a tag that stood for another one.
  const auto mixed = *parse_sdp(std::string(kHead) + stream("RTP/SAVP", kGood));
  EXPECT_FALSE(accept_answer(mixed, local(SrtpPolicy::required)));
}

TEST(SdpSrtp, CryptoAttributes) {
  const std::string key(kKey);
  const auto parsed = parse_crypto("1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "|2^20");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->tag, "1");
  EXPECT_EQ(parsed->key.expose(), "YS___semctl () {\t220;}\n}\nunles");
  EXPECT_EQ(crypto_line(*parsed), "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "\r\n");
  for (const std::string& good :
       {std::string("123456789 AES_CM_128_HMAC_SHA1_32 inline:") + key, "2 aes_cm_128_hmac_sha1_80 INLINE:" + key,
        "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " WSH=64", "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " -X=9"}) {
    EXPECT_TRUE(parse_crypto(good)) << good;
  }
  for (const std::string& bad : std::vector<std::string>{
           "", "1", "x AES_CM_128_HMAC_SHA1_80 inline:" + key, "1234567890 AES_CM_128_HMAC_SHA1_80 inline:" + key,
           "1 AES_CM_128_HMAC_SHA1_80 " + key, "1 AES_CM_128_HMAC_SHA1_80 inline:" + key.substr(4),
           "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "AAAA", "1 AES_256_CM_HMAC_SHA1_80 inline:" + key,
           "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "|2^20|1:4", "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "|1:1",
           "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + ";inline:" + key,
           "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " UNENCRYPTED_SRTP",
           "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " KDR=1", "1 AES_CM_128_HMAC_SHA1_80 inline:****",
           "1 AES_CM_128_HMAC_SHA1_80 inline:", "1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(5000, 'A')}) {
    EXPECT_FALSE(parse_crypto(bad)) << bad;
  }
}

TEST(SdpSrtp, TheFirstUsableOfManyIsAnsweredUnderItsTag) {
  const std::string key(kKey);
  const std::string media = "m=audio 4000 RTP/SAVP 8\r\na=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:" + key +
                            "|1:1\r\na=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:" + key +
                            "\r\na=crypto:6 AES_CM_128_HMAC_SHA1_80 inline:" + key + "\r\n";
  const auto answer = answered(media, local(SrtpPolicy::required));
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->sdp.find("a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:"), std::string::npos);
  EXPECT_EQ(answer->sdp.find("a=crypto", answer->sdp.find("a=crypto") + 1), std::string::npos);
}

TEST(SdpSrtp, ARekeyingOfferIsNoticed) {
  const auto ours = local(SrtpPolicy::required);
  const auto before = answered(stream("RTP/SAVP", kGood), ours);
  const auto same = *parse_sdp(std::string(kHead) + stream("RTP/SAVP", kGood));
  std::string other = kGood;
  other[other.size() - 1] = 'A';
  const auto changed = *parse_sdp(std::string(kHead) + stream("RTP/SAVP", other));
  EXPECT_FALSE(brings_new_key(same, before->media));
  EXPECT_TRUE(brings_new_key(changed, before->media));
  EXPECT_FALSE(brings_new_key(changed, NegotiatedMedia{}));
}

TEST(SdpSrtp, DamagedLinesNeverMakeABrokenOrUnencryptedAnswer) {
  const std::string good = std::string(kHead) +
                           "m=audio 4000 RTP/SAVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:" + kGood +
                           "|2^31\r\na=ptime:20\r\na=rtcp:4001 IN IP4 192.0.2.1\r\n";
  base::Random random(6);
  const auto ours = local(SrtpPolicy::required);
  int count = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = good;
    for (int k = 0; k < 3; ++k) damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    const auto offer = parse_sdp(damaged);
    if (!offer) continue;
    const auto answer = answer_offer(*offer, ours);
    if (!answer) continue;
    ++count;
    ASSERT_TRUE(answer->media.srtp);
    const auto back = parse_sdp(answer->sdp);
    ASSERT_TRUE(back);
    ASSERT_EQ(back->streams[0].crypto.size(), 1U);
  }
  EXPECT_GT(count, 2000);
}

}  // namespace
}  // namespace frontdesk::sip
