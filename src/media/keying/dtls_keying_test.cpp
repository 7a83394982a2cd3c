#include "media/keying/dtls_keying.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace frontdesk::keying {
namespace {

const base::Endpoint kCaller = *base::parse_endpoint("192.0.2.1:4000");
const base::Endpoint kUs = *base::parse_endpoint("192.0.2.2:6000");
const base::Endpoint kStranger = *base::parse_endpoint("203.0.113.66:666");

/// Both ends run in this process, so that they share the certificate.
sip::NegotiatedMedia agreement(const base::Endpoint& remote, bool we_begin, bool mux = true) {
  sip::NegotiatedMedia media;
  media.remote = remote;
  media.rtcp_mux = mux;
  if (!mux) media.rtcp_remote = remote;
  if (!mux) ++media.rtcp_remote.port;
  media.dtls = srtp::DtlsPeer{{dtls::Identity::of_process().value()->fingerprint()}, we_begin, {}};
  return media;
}

struct Line {
  DtlsKeying caller, us;
  base::Instant now{base::seconds(10)};
  std::optional<std::string> failure;
  int keyed = 0;
  bool connected = true;

  explicit Line(bool mux = true) {
    caller.agreed(agreement(kUs, true, mux), now);
    us.agreed(agreement(kCaller, false, mux), now);
  }
  void tick() {
    now = now + base::milliseconds(20);
    auto ours = us.tick(now), theirs = caller.tick(now);
    keyed += ours.new_keys ? 1 : 0;
    if (ours.failure) failure = ours.failure;
    if (!connected) return;
    for (auto& out : theirs.outgoing) us.on_datagram(out.component, out.bytes, from(kCaller, out.component), now);
    for (auto& out : ours.outgoing) caller.on_datagram(out.component, out.bytes, from(kUs, out.component), now);
  }
  void ticks(int count) {
    for (int i = 0; i < count; ++i) tick();
  }
  static base::Endpoint from(base::Endpoint at, Component component) {
    if (component == Component::rtcp) ++at.port;
    return at;
  }
};

TEST(DtlsKeying, KeysComeWithinAFewTicks) {
  Line line;
  EXPECT_TRUE(line.us.parameters().srtp_awaited);
  EXPECT_FALSE(line.us.parameters().srtp);
  line.ticks(5);
  ASSERT_TRUE(line.us.parameters().srtp);
  EXPECT_EQ(line.us.parameters().srtp->send, line.caller.parameters().srtp->receive);
  EXPECT_FALSE(line.us.parameters().rtcp_keyed_apart);
  EXPECT_EQ(line.keyed, 1);
  line.ticks(400);
  EXPECT_FALSE(line.failure) << *line.failure;
}

TEST(DtlsKeying, RtcpOnItsOwnPortHasItsOwnKeys) {
  Line line(false);
  line.ticks(5);
  const auto ours = line.us.parameters();
  ASSERT_TRUE(ours.srtp && ours.srtcp);
  EXPECT_TRUE(ours.rtcp_keyed_apart);
  EXPECT_NE(ours.srtp->send, ours.srtcp->send);
  EXPECT_EQ(ours.srtcp->send, line.caller.parameters().srtcp->receive);
}

TEST(DtlsKeying, AStrangersHelloIsNotLookedAt) {
  Line line;
  DtlsKeying stranger;
  stranger.agreed(agreement(kUs, true), line.now);
  for (auto& out : stranger.tick(line.now).outgoing)
    EXPECT_TRUE(line.us.on_datagram(Component::rtp, out.bytes, kStranger, line.now));
  EXPECT_EQ(line.us.foreign(), 1U);
  EXPECT_TRUE(line.us.tick(line.now).outgoing.empty()) << "it learns nothing";
  line.ticks(5);
  EXPECT_TRUE(line.us.parameters().srtp);
}

TEST(DtlsKeying, ACallerBehindANatIsKnownByItsSignalling) {
  Line line;
  auto media = agreement(*base::parse_endpoint("192.168.1.5:4000"), false);
  media.dtls->tls_id = "another";
  media.signalling = *base::parse_address("192.0.2.1");
  line.us.agreed(media, line.now);
  line.ticks(5);
  EXPECT_TRUE(line.us.parameters().srtp) << "from " << base::to_string(kCaller);
}

TEST(DtlsKeying, AHandshakeThatDoesNotComeEndsTheCallAfterFiveSeconds) {
  Line line;
  line.connected = false;
  line.ticks(249);
  EXPECT_FALSE(line.failure);
  line.ticks(2);
  ASSERT_TRUE(line.failure);
  EXPECT_NE(line.failure->find("5 s"), std::string::npos);
  line.failure.reset();
  line.ticks(100);
  EXPECT_FALSE(line.failure) << "it is told once";
}

TEST(DtlsKeying, AWrongCertificateEndsTheCall) {
  Line line;
  auto media = agreement(kCaller, false);
  media.dtls->fingerprints = {{srtp::FingerprintHash::sha_256, std::string(32, 'x')}};
  line.us.agreed(media, line.now);
  line.ticks(5);
  ASSERT_TRUE(line.failure);
  EXPECT_NE(line.failure->find("fingerprint"), std::string::npos) << *line.failure;
  EXPECT_FALSE(line.us.parameters().srtp);
}

TEST(DtlsKeying, HoldAndAnotherAddressKeepTheAssociation) {
  Line line;
  line.ticks(5);
  const auto keys = line.us.parameters().srtp;
  auto media = agreement(kCaller, false);
  media.may_send = false;
  media.remote = *base::parse_address("0.0.0.0", 4000);
  line.us.agreed(media, line.now);
  EXPECT_EQ(line.us.parameters().srtp, keys);
  EXPECT_FALSE(line.us.parameters().may_send);
  line.us.agreed(agreement(*base::parse_endpoint("192.0.2.3:4000"), false), line.now);
  EXPECT_EQ(line.us.parameters().srtp, keys);
  line.ticks(300);
  EXPECT_FALSE(line.failure);
}

TEST(DtlsKeying, AnotherCertificateMeansAnotherAssociation) {
  Line line;
  line.ticks(5);
  auto media = agreement(kCaller, false);
  media.dtls->fingerprints.push_back({srtp::FingerprintHash::sha_256, std::string(32, 'x')});
  line.us.agreed(media, line.now);
  EXPECT_FALSE(line.us.parameters().srtp);
  DtlsKeying next;
  std::swap(line.caller, next);
  line.caller = DtlsKeying();
  line.caller.agreed(agreement(kUs, true), line.now);
  line.ticks(5);
  EXPECT_TRUE(line.us.parameters().srtp);
}

TEST(DtlsKeying, AFloodIsBoundedAndDoesNotKeepTheCallerOut) {
  Line line;
  base::Random random(7);
  for (int tick = 0; tick < 100 && !line.us.parameters().srtp; ++tick) {
    line.tick();  // the caller's own come first here; what it repeats meets the flood
    for (int i = 0; i < 100; ++i) {
      std::vector<std::uint8_t> junk(60);
      for (auto& byte : junk) byte = static_cast<std::uint8_t>(random.next());
      junk[0] = 22;
      EXPECT_TRUE(line.us.on_datagram(Component::rtp, junk, kCaller, line.now));
    }
  }
  EXPECT_FALSE(line.failure);
}

TEST(DtlsKeying, LeavesSoundAndTheRestAlone) {
  Line line;
  for (const int first : {0, 64, 128, 200}) {
    const std::vector<std::uint8_t> datagram(40, static_cast<std::uint8_t>(first));
    EXPECT_FALSE(line.us.on_datagram(Component::rtp, datagram, kCaller, line.now));
  }
  DtlsKeying plain;
  plain.agreed({}, line.now);
  EXPECT_FALSE(plain.parameters().srtp_awaited);
  EXPECT_TRUE(plain.tick(line.now).outgoing.empty());
}

}  // namespace
}  // namespace frontdesk::keying
