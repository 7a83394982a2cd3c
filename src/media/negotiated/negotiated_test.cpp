#include "media/negotiated/negotiated.hpp"

#include <gtest/gtest.h>

namespace frontdesk::negotiated {
namespace {

TEST(Negotiated, EverythingReachesTheMediaSession) {
  sip::NegotiatedMedia agreed;
  agreed.remote = *base::parse_endpoint("192.0.2.1:4000");
  agreed.format = {sip::Codec::opus, 96};
  agreed.telephone_event_payload_type = 97;
  agreed.receive_payload_type = 111;
  agreed.receive_telephone_event_payload_type = 110;
  agreed.telephone_event_clock_rate = 48000;
  agreed.may_send = false;
  agreed.may_receive = false;
  agreed.ptime_ms = 40;
  agreed.srtp = srtp::SrtpKeys{srtp::CryptoSuite::aead_aes_128_gcm, base::Secret("a"), base::Secret("b")};
  agreed.rtcp_mux = true;
  agreed.dtls.emplace();
  agreed.signalling = *base::parse_address("192.0.2.7");
  agreed.rtcp_remote = *base::parse_endpoint("192.0.2.1:4003");
  const auto parameters = parameters_of(agreed);
  EXPECT_EQ(parameters.codec, codec::Codec::opus);
  EXPECT_EQ(parameters.payload_type, 96);
  EXPECT_EQ(parameters.receive_payload_type, 111);
  EXPECT_EQ(parameters.telephone_event_payload_type, 97);
  EXPECT_EQ(parameters.receive_telephone_event_payload_type, 110);
  EXPECT_EQ(parameters.telephone_event_clock_rate, 48000U);
  EXPECT_EQ(parameters.remote, agreed.remote);
  EXPECT_FALSE(parameters.may_send);
  EXPECT_FALSE(parameters.may_receive);
  EXPECT_EQ(parameters.packet_ms, 40);
  EXPECT_EQ(parameters.srtp, agreed.srtp);
  EXPECT_TRUE(parameters.rtcp_mux);
  EXPECT_TRUE(parameters.srtp_awaited);
  EXPECT_FALSE(parameters.rtcp_keyed_apart);
  EXPECT_EQ(parameters.signalling, agreed.signalling);
  EXPECT_EQ(parameters.rtcp_remote, agreed.rtcp_remote);
}

TEST(Negotiated, SessionsDifferInWhatMustBeRandom) {
  const auto one = new_session({}), other = new_session({});
  EXPECT_NE(one.ssrc, other.ssrc);
  EXPECT_NE(one.cname, other.cname);
  EXPECT_FALSE(one.cname.empty());
  EXPECT_FALSE(one.parameters.telephone_event_payload_type);
}

}  // namespace
}  // namespace frontdesk::negotiated
