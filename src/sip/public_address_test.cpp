// Addresses behind a router: what Contact and SDP name, and that answers go where requests came from (RFC 3581).
#include "sip/public_address.hpp"

#include "sip/raw_call_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

const base::Endpoint kOurs = *base::parse_endpoint("192.168.1.2:5060");
const base::Endpoint kProvider = *base::parse_endpoint("198.51.100.1:5060");
const base::Endpoint kPhone = *base::parse_endpoint("192.168.1.77:5060");
const base::Endpoint kRouter = *base::parse_endpoint("203.0.113.7:61000");
const base::Endpoint kRouterAtOurPort = *base::parse_endpoint("203.0.113.7:5060");

TEST(PublicAddress, IsForThoseOutsideAlone) {
  const PublicAddress fixed({kRouter, false, {}});
  EXPECT_EQ(fixed.seen_by(kProvider, kOurs), kRouterAtOurPort);
  EXPECT_EQ(fixed.seen_by(kPhone, kOurs), kOurs);
  EXPECT_EQ(PublicAddress().seen_by(kProvider, kOurs), kOurs);
  const PublicAddress listed({kRouter, false, [](const base::Endpoint& peer) { return peer == kProvider; }});
  EXPECT_EQ(listed.seen_by(kProvider, kOurs), kOurs);
  EXPECT_EQ(listed.seen_by(kPhone, kOurs), kRouterAtOurPort);
  const auto v6 = *base::parse_endpoint("[2001:db8::2]:5060");
  EXPECT_EQ(fixed.seen_by(*base::parse_endpoint("[2001:db8::1]:5060"), v6), v6) << "of the other family";
}

TEST(PublicAddress, AMappedPortGoesBeforeAnAddress) {
  const PublicAddress fixed({kRouter, false, {}});
  const auto mapped = *base::parse_endpoint("203.0.113.8:40000");
  EXPECT_EQ(fixed.media_seen_by(kProvider, kOurs, mapped), mapped);
  EXPECT_EQ(fixed.media_seen_by(kPhone, kOurs, mapped), kOurs);
  EXPECT_EQ(fixed.media_seen_by(kProvider, kOurs, {}), kRouterAtOurPort);
  EXPECT_EQ(PublicAddress().media_seen_by(kProvider, kOurs, mapped), mapped);
}

TEST(PublicAddress, IsLearntFromRegistrarsOutside) {
  PublicAddress learning({{}, true, {}});
  EXPECT_FALSE(learning.learn(kPhone, kRouter, kOurs)) << "a registrar in the local network sees no router";
  EXPECT_EQ(learning.seen_by(kProvider, kOurs), kOurs);
  EXPECT_TRUE(learning.learn(kProvider, kRouter, kOurs));
  EXPECT_FALSE(learning.learn(kProvider, kRouter, kOurs)) << "nothing new";
  EXPECT_EQ(learning.seen_by(kProvider, kOurs), kRouterAtOurPort);
  const auto moved = *base::parse_endpoint("203.0.113.9:1");
  EXPECT_TRUE(learning.learn(kProvider, moved, kOurs)) << "the router got another address";
  EXPECT_EQ(learning.seen_by(kProvider, kOurs), *base::parse_endpoint("203.0.113.9:5060"));
  PublicAddress direct({{}, true, {}});
  EXPECT_FALSE(direct.learn(kProvider, kOurs, kOurs)) << "no router stands between";
  PublicAddress off({{}, false, {}});
  EXPECT_FALSE(off.learn(kProvider, kRouter, kOurs));
  PublicAddress fixed({kRouter, true, {}});
  EXPECT_FALSE(fixed.learn(kProvider, moved, kOurs));
  EXPECT_EQ(fixed.seen_by(kProvider, kOurs), kRouterAtOurPort);
}

class BehindRouter : public RawCall {
 protected:
  static UserAgentOptions options(std::optional<base::Endpoint> address, bool learn = false) {
    auto all = loopback_options();
    all.nat = {address, learn, [](const base::Endpoint&) { return false; }};  // the test's peer is outside
    return all;
  }
};

TEST_F(BehindRouter, ContactAndSdpNameThePublicAddress) {
  start(options(kRouter));
  const auto invite = invited();
  const auto port = std::to_string(agent->udp().port);
  EXPECT_NE(header(invite, "Contact").find("@203.0.113.7:" + port), std::string::npos) << invite;
  EXPECT_NE(body(invite).find("c=IN IP4 203.0.113.7\r\n"), std::string::npos);
  EXPECT_NE(body(invite).find("m=audio 41000 "), std::string::npos);
  EXPECT_NE(header(invite, "Via").find(";rport"), std::string::npos) << "answers come back through the router";
  respond(invite, "200 OK", kOffer);
  EXPECT_FALSE(next("ACK").empty());
}

TEST_F(BehindRouter, AMappedPortIsInTheSdp) {
  start(options({}));
  OutgoingCall call;
  call.target = "sip:100@" + peer.contact();
  call.media = local_media(41000);
  call.media.mapped = *base::parse_endpoint("203.0.113.7:55555");
  ASSERT_TRUE(agent->invite(call));
  const auto invite = peer.receive_starting("INVITE");
  EXPECT_NE(body(invite).find("c=IN IP4 203.0.113.7\r\n"), std::string::npos) << invite;
  EXPECT_NE(body(invite).find("m=audio 55555 "), std::string::npos);
  EXPECT_NE(header(invite, "Contact").find("@127.0.0.1:"), std::string::npos);
}

TEST_F(BehindRouter, TheAddressThatARegistrarSeesIsRegistered) {
  start(options({}, true));
  TrunkRegistration trunk;
  trunk.name = "provider";
  trunk.registrar_host = "127.0.0.1";
  trunk.registrar_port = peer.port();
  trunk.username = "ann";
  ASSERT_TRUE(agent->register_trunk(trunk));
  const auto answered_from = [&](const std::string& request, const std::string& seen) {
    std::string ok = "SIP/2.0 200 OK\r\nVia: " + header(request, "Via");
    const auto at = ok.find(";rport");
    ok.replace(at, 6, ";received=" + seen + ";rport=61000");
    for (const char* name : {"From", "Call-ID", "CSeq", "Contact"})
      ok += std::string("\r\n") + name + ": " + header(request, name);
    peer.send(agent->udp(),
              ok + "\r\nTo: " + header(request, "To") + ";tag=r\r\nExpires: 300\r\nContent-Length: 0\r\n\r\n");
  };
  const auto first = peer.receive_starting("REGISTER");
  EXPECT_NE(header(first, "Contact").find("@127.0.0.1:"), std::string::npos) << first;
  answered_from(first, "203.0.113.7");
  const auto second = peer.receive_starting("REGISTER");
  EXPECT_NE(header(second, "Contact").find("@203.0.113.7:" + std::to_string(agent->udp().port)), std::string::npos)
      << second;
  answered_from(second, "203.0.113.7");
  EXPECT_TRUE(silent("REGISTER")) << "once is enough";
}

TEST_F(BehindRouter, AnAnswerGoesWhereTheRequestCameFrom) {
  start(options(kRouter));
  peer.send(agent->udp(),
            "OPTIONS sip:frontdesk@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.9.9:5099;branch=z9hG4bKx;rport\r\n"
            "Max-Forwards: 70\r\nFrom: <sip:a@192.168.9.9>;tag=1\r\nTo: <sip:frontdesk@127.0.0.1>\r\nCall-ID: n\r\n"
            "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
  const auto answer = peer.receive_starting("SIP/2.0 200");
  const auto via = header(answer, "Via");
  EXPECT_NE(via.find("received=127.0.0.1"), std::string::npos) << answer;
  EXPECT_NE(via.find("rport=" + std::to_string(peer.port())), std::string::npos) << answer;
}

}  // namespace
}  // namespace frontdesk::sip
