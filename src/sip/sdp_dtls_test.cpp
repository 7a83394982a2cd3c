// DTLS-SRTP in offers and answers (RFC 5763, RFC 5764, RFC 8842).
#include <gtest/gtest.h>

#include "sip/sdp.hpp"

namespace frontdesk::sip {
namespace {

const std::string kHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

srtp::Fingerprint print_of(char c) {
  return {srtp::FingerprintHash::sha_256, std::string(32, c)};
}

const std::string kTheirs = "a=fingerprint:" + srtp::fingerprint_text(print_of('t')) + "\r\n";

LocalSession local(SrtpPolicy policy) {
  LocalSession session;
  session.media.rtp = *base::parse_address("192.0.2.9", 42000);
  session.media.allowed = {Codec::pcmu, Codec::pcma};
  session.media.srtp = policy;
  session.media.certificate = print_of('o');
  session.keys = random_crypto_keys();
  session.tls_id = "abcdefghijklmnopqrstuvwxyz";
  return session;
}

std::string stream(const std::string& protocol, const std::string& attributes) {
  return "m=audio 4000 " + protocol + " 8\r\n" + attributes;
}

base::Result<Answer> answered(const std::string& media, const LocalSession& ours) {
  return parse_sdp(kHead + media).and_then([&](const auto& offer) { return answer_offer(offer, ours); });
}

bool has(const std::string& text, const std::string& line) {
  return text.find("\r\n" + line) != std::string::npos;
}

TEST(SdpDtls, Policies) {
  const std::string setup = "a=setup:actpass\r\n";
  const std::string crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
  struct Case {
    SrtpPolicy policy;
    std::string media;
    bool accepted, dtls;
  };
  const auto off = SrtpPolicy::off, optional = SrtpPolicy::optional, required = SrtpPolicy::required;
  const Case cases[] = {
      {off, stream("UDP/TLS/RTP/SAVP", kTheirs + setup), false, false},
      {off, stream("RTP/AVP", kTheirs + setup), true, false},
      {optional, stream("UDP/TLS/RTP/SAVP", kTheirs + setup), true, true},
      {optional, stream("UDP/TLS/RTP/SAVPF", kTheirs + setup), true, true},
      {optional, stream("RTP/SAVP", kTheirs + setup), true, true},
      {optional, stream("RTP/AVP", kTheirs + setup), true, true},
      {optional, stream("RTP/AVP", kTheirs + setup + crypto), true, false},
      {optional, stream("UDP/TLS/RTP/SAVP", crypto + setup), false, false},
      {optional, stream("UDP/TLS/RTP/SAVP", setup), false, false},
      {optional, stream("UDP/TLS/RTP/SAVP", "a=fingerprint:sha-1 " + std::string(59, 'A') + "\r\n" + setup), false,
       false},
      {required, stream("UDP/TLS/RTP/SAVP", kTheirs + setup), true, true},
      {required, stream("RTP/AVP", kTheirs + setup), false, false},
      {required, stream("UDP/TLS/RTP/SAVP", kTheirs + "a=setup:holdconn\r\n"), false, false},
      {required, stream("TCP/TLS/RTP/SAVP", kTheirs + setup), false, false},
  };
  for (const auto& c : cases) {
    const auto answer = answered(c.media, local(c.policy));
    ASSERT_EQ(answer.has_value(), c.accepted) << static_cast<int>(c.policy) << " " << c.media;
    if (!answer) continue;
    EXPECT_EQ(answer->media.dtls.has_value(), c.dtls) << c.media;
    EXPECT_EQ(has(answer->sdp, "a=fingerprint:"), c.dtls) << answer->sdp;
  }
  auto without = local(required);
  without.media.certificate.reset();
  EXPECT_FALSE(answered(stream("UDP/TLS/RTP/SAVP", kTheirs + setup), without));
}

TEST(SdpDtls, Roles) {
  struct Case {
    const char* theirs;
    const char* ours;
    bool we_begin;
  };
  const Case cases[] = {{"a=setup:actpass\r\n", "active", true},
                        {"a=setup:active\r\n", "passive", false},
                        {"a=setup:passive\r\n", "active", true},
                        {"", "passive", false}};
  for (const auto& c : cases) {
    const auto answer = answered(stream("UDP/TLS/RTP/SAVP", kTheirs + c.theirs), local(SrtpPolicy::required));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(has(answer->sdp, "a=setup:" + std::string(c.ours) + "\r\n")) << answer->sdp;
    EXPECT_EQ(answer->media.dtls->we_begin, c.we_begin);
    EXPECT_FALSE(has(answer->sdp, "a=tls-id:")) << "it was not offered";
  }
}

TEST(SdpDtls, WhoSitsBehindARouterBegins) {
  auto ours = local(SrtpPolicy::required);
  ours.signalling = *base::parse_endpoint("198.51.100.7:5060");
  const std::string inside = "v=0\r\no=- 1 1 IN IP4 192.168.1.5\r\ns=-\r\nc=IN IP4 192.168.1.5\r\nt=0 0\r\n";
  const auto offer = parse_sdp(inside + stream("UDP/TLS/RTP/SAVP", kTheirs + "a=setup:actpass\r\n"));
  ASSERT_TRUE(offer);
  auto answer = answer_offer(*offer, ours);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->media.dtls->we_begin);
  EXPECT_EQ(answer->media.signalling, *base::parse_address("198.51.100.7"));
  // In the same network it can be reached.
  ours.signalling = *base::parse_endpoint("192.168.1.5:5060");
  answer = answer_offer(*offer, ours);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->media.dtls->we_begin);
}

TEST(SdpDtls, ALaterOfferKeepsTheRoles) {
  auto ours = local(SrtpPolicy::required);
  const auto first = answered(stream("UDP/TLS/RTP/SAVP", kTheirs + "a=setup:active\r\n"), ours);
  ASSERT_TRUE(first);
  ours.in_use = first->media;
  const auto again = answered(stream("UDP/TLS/RTP/SAVP", kTheirs + "a=setup:actpass\r\n"), ours);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->media.dtls, first->media.dtls) << "the same association";
  const auto other = answered(
      stream("UDP/TLS/RTP/SAVP", "a=fingerprint:" + srtp::fingerprint_text(print_of('x')) + "\r\na=setup:actpass\r\n"),
      ours);
  ASSERT_TRUE(other);
  EXPECT_NE(other->media.dtls, first->media.dtls);
}

TEST(SdpDtls, TheSessionSpeaksForStreamsThatSayNothing) {
  const std::string session = kTheirs + "a=setup:passive\r\na=tls-id:theirs-theirs-theirs\r\n";
  const auto answer = answered(session + stream("UDP/TLS/RTP/SAVP", ""), local(SrtpPolicy::required));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->media.dtls->fingerprints, std::vector{print_of('t')});
  EXPECT_EQ(answer->media.dtls->tls_id, "theirs-theirs-theirs");
  EXPECT_TRUE(has(answer->sdp, "a=tls-id:abcdefghijklmnopqrstuvwxyz\r\n"));
  const std::string own = "a=fingerprint:" + srtp::fingerprint_text(print_of('x')) + "\r\na=setup:active\r\n";
  const auto overridden = answered(session + stream("UDP/TLS/RTP/SAVP", own), local(SrtpPolicy::required));
  ASSERT_TRUE(overridden);
  EXPECT_EQ(overridden->media.dtls->fingerprints, std::vector{print_of('x')});
  EXPECT_FALSE(overridden->media.dtls->we_begin);
}

TEST(SdpDtls, AnOfferOfOursIsTakenUp) {
  auto caller = local(SrtpPolicy::required);
  caller.media.offer_dtls = true;
  caller.media.offer_mux = true;
  const auto text = make_offer(caller);
  EXPECT_TRUE(has(text, "m=audio 42000 UDP/TLS/RTP/SAVP ")) << text;
  EXPECT_TRUE(has(text, "a=setup:actpass\r\n"));
  EXPECT_EQ(text.find("a=crypto"), std::string::npos);
  auto callee = local(SrtpPolicy::optional);
  callee.media.certificate = print_of('c');
  const auto answer = answer_offer(*parse_sdp(text), callee);
  ASSERT_TRUE(answer);
  const auto settled = accept_answer(*parse_sdp(answer->sdp), caller);
  ASSERT_TRUE(settled);
  EXPECT_FALSE(settled->dtls->we_begin);
  EXPECT_TRUE(answer->media.dtls->we_begin);
  EXPECT_EQ(settled->dtls->fingerprints, std::vector{print_of('c')});
  EXPECT_TRUE(settled->rtcp_mux);
  // In the clear, without a fingerprint, or with no choice of a role.
  for (const auto& bad : {stream("RTP/AVP", ""), stream("UDP/TLS/RTP/SAVP", "a=setup:active\r\n"),
                          stream("UDP/TLS/RTP/SAVP", kTheirs + "a=setup:actpass\r\n")})
    EXPECT_FALSE(accept_answer(*parse_sdp(kHead + bad), caller)) << bad;
}

TEST(SdpDtls, AFingerprintNobodyAskedForChangesNothing) {
  const auto caller = local(SrtpPolicy::optional);  // keys in the SDP
  const auto settled = accept_answer(*parse_sdp(kHead + stream("RTP/AVP", kTheirs + "a=setup:active\r\n")), caller);
  ASSERT_TRUE(settled);
  EXPECT_FALSE(settled->dtls);
}

}  // namespace
}  // namespace frontdesk::sip
