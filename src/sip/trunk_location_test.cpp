// Finding a trunk's servers: SRV and NAPTR from a name server in the test, failover, backup, proxy, peers
// without registration; and where credentials may go.
#include <gtest/gtest.h>

#include "sip/dns_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

std::string reply(const std::string& request, const std::string& status, const std::string& lines = {}) {
  return "SIP/2.0 " + status + "\r\nVia: " + header(request, "Via") + "\r\nFrom: " + header(request, "From") +
         "\r\nTo: " + header(request, "To") + ";tag=r\r\nCall-ID: " + header(request, "Call-ID") +
         "\r\nCSeq: " + header(request, "CSeq") + "\r\n" + lines + "Content-Length: 0\r\n\r\n";
}

constexpr const char* kChallenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n";

class TrunkLocation : public ::testing::Test {
 protected:
  TrunkLocation() {
    auto options = loopback_options();
    options.dns_servers = {names.address()};
    auto started = UserAgent::start(options, sink);
    EXPECT_TRUE(started);
    agent = std::move(*started);
  }
  ~TrunkLocation() override { agent->stop(base::milliseconds(20)); }

  TrunkRegistration trunk() const {
    TrunkRegistration out;
    out.name = "provider";
    out.registrar_host = "example.test";
    out.registrar_port = 0;
    out.transport = Transport::udp;
    out.username = "ann";
    out.password = base::Secret("secret");
    return out;
  }
  std::optional<RegistrationStatus> outcome() {
    while (const auto event = sink.next(Event::registration)) {
      if (event->registration_status.state != RegistrationState::registering) return event->registration_status;
    }
    return std::nullopt;
  }
  void accept(UdpPeer& server, const std::string& request) {
    server.send(agent->udp(), reply(request, "200 OK", "Contact: " + header(request, "Contact") + ";expires=300\r\n"));
  }

  NameServer names;
  UdpPeer first, second;
  RecordingSink sink;
  std::unique_ptr<UserAgent> agent;
};

TEST_F(TrunkLocation, SrvLeadsToTheServerAndItsSilenceToTheNext) {
  names.add_srv("_sip._udp.example.test", 20, 0, second.port(), "b.example.test");
  names.add_srv("_sip._udp.example.test", 10, 0, first.port(), "a.example.test");
  names.add_address("a.example.test", {127, 0, 0, 1});
  names.add_address("b.example.test", {127, 0, 0, 1});
  ASSERT_TRUE(agent->register_trunk(trunk()));
  // The first says nothing at all.
  EXPECT_EQ(first.receive_starting("REGISTER").rfind("REGISTER sip:example.test SIP/2.0", 0), 0U);
  auto request = second.receive_starting("REGISTER");
  ASSERT_FALSE(request.empty());
  // The challenge is answered to the server that made it.
  second.send(agent->udp(), reply(request, "401 Unauthorized", kChallenge));
  request = second.receive([](const std::string& d) { return !header(d, "Authorization").empty(); });
  ASSERT_FALSE(request.empty());
  accept(second, request);
  EXPECT_EQ(outcome()->state, RegistrationState::registered);
}

TEST_F(TrunkLocation, NaptrChoosesTheTransport) {
  names.add_naptr("example.test", 10, "SIP+D2U", "_sip._udp.elsewhere.test");
  names.add_srv("_sip._udp.elsewhere.test", 10, 0, first.port(), "a.example.test");
  names.add_address("a.example.test", {127, 0, 0, 1});
  auto wanted = trunk();
  wanted.transport = std::nullopt;
  ASSERT_TRUE(agent->register_trunk(wanted));
  accept(first, first.receive_starting("REGISTER"));
  EXPECT_EQ(outcome()->state, RegistrationState::registered);
}

TEST_F(TrunkLocation, TheBackupIsTriedAfterTheFirst) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  wanted.backup_host = second.contact();
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto request = first.receive_starting("REGISTER");
  first.send(agent->udp(), reply(request, "503 Service Unavailable"));
  const auto other = second.receive_starting("REGISTER");
  EXPECT_EQ(other.rfind("REGISTER sip:" + second.contact() + " SIP/2.0", 0), 0U) << other;
  accept(second, other);
  EXPECT_EQ(outcome()->state, RegistrationState::registered);
}

TEST_F(TrunkLocation, TheOutboundProxyGetsTheRequestWithARoute) {
  auto wanted = trunk();
  wanted.outbound_proxy = first.contact();
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto request = first.receive_starting("REGISTER");
  EXPECT_EQ(request.rfind("REGISTER sip:example.test SIP/2.0", 0), 0U);
  EXPECT_EQ(header(request, "Route"), "<sip:" + first.contact() + ";transport=udp;lr>");
  accept(first, request);
  EXPECT_EQ(outcome()->state, RegistrationState::registered);
}

TEST_F(TrunkLocation, CallsGoThroughTheOutboundProxyWithARoute) {
  auto wanted = trunk();
  wanted.outbound_proxy = first.contact();
  ASSERT_TRUE(agent->register_trunk(wanted));
  accept(first, first.receive_starting("REGISTER"));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  const auto route = "<sip:" + first.contact() + ";transport=udp;lr>";
  OutgoingCall call;
  call.media = local_media(41000);
  call.trunk = "provider";
  // Its own domain, and another's: all requests go there.
  for (const char* host : {"example.test", "elsewhere.test"}) {
    call.target = std::string("sip:200@") + host;
    const auto id = agent->invite(call);
    ASSERT_TRUE(id);
    const auto invite = first.receive_starting("INVITE");
    EXPECT_EQ(invite.rfind("INVITE " + call.target + " SIP/2.0", 0), 0U) << invite;
    EXPECT_EQ(header(invite, "Route"), route);
    first.send(agent->udp(), reply(invite, "180 Ringing"));
    ASSERT_TRUE(sink.next(Event::progress));
    ASSERT_TRUE(agent->hang_up(*id, "changed our mind"));
    const auto cancel = first.receive_starting("CANCEL");
    EXPECT_EQ(header(cancel, "Route"), route) << cancel;
    first.send(agent->udp(), reply(cancel, "200 OK"));
    first.send(agent->udp(), reply(invite, "487 Request Terminated"));
    ASSERT_TRUE(sink.next(Event::ended));
  }
  // What is not the trunk's call knows nothing of its proxy.
  call.trunk.clear();
  call.target = "sip:200@" + second.contact();
  ASSERT_TRUE(agent->invite(call));
  EXPECT_EQ(header(second.receive_starting("INVITE"), "Route"), "");
}

TEST_F(TrunkLocation, TwoTrunksAtTheSameServersKeepTheirOwnRoutes) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  wanted.backup_host = second.contact();
  auto other = wanted;
  other.name = "other";
  other.username = "bob";
  for (const auto& each : {wanted, other}) {
    ASSERT_TRUE(agent->register_trunk(each));
    accept(first, first.receive_starting("REGISTER"));
    ASSERT_EQ(outcome()->state, RegistrationState::registered);
  }
  // One leaves: the other's calls still have a second server.
  ASSERT_TRUE(agent->remove_trunk("other"));
  accept(first, first.receive([](const std::string& d) { return header(d, "Expires") == "0"; }));
  ASSERT_EQ(outcome()->state, RegistrationState::unregistered);
  OutgoingCall call;
  call.target = "sip:200@" + first.contact();
  call.media = local_media(41000);
  call.trunk = "provider";
  ASSERT_TRUE(agent->invite(call));
  first.send(agent->udp(), reply(first.receive_starting("INVITE"), "503 Service Unavailable"));
  EXPECT_FALSE(second.receive_starting("INVITE").empty());
}

TEST_F(TrunkLocation, ARedirectionIsFollowed) {
  auto wanted = trunk();
  wanted.outbound_proxy = first.contact();
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto request = first.receive_starting("REGISTER");
  first.send(agent->udp(), reply(request, "302 Moved", "Contact: <sip:" + second.contact() + ">\r\n"));
  const auto other = second.receive_starting("REGISTER");
  EXPECT_EQ(other.rfind("REGISTER sip:" + second.contact() + " SIP/2.0", 0), 0U) << other;
  accept(second, other);
  EXPECT_EQ(outcome()->state, RegistrationState::registered);
}

TEST_F(TrunkLocation, APeerWithoutRegistrationIsKnownByItsAddress) {
  auto wanted = trunk();
  wanted.registers = false;
  wanted.username.clear();
  names.add_srv("_sip._udp.example.test", 10, 0, first.port(), "a.example.test");
  names.add_address("a.example.test", {127, 0, 0, 1});
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RegistrationState::peered);
  EXPECT_NE(status->explanation.find("127.0.0.1"), std::string::npos);
  Request request;
  request.content = kOffer;
  first.send(agent->udp(), request.text(first));
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.trunk, "provider");
  EXPECT_TRUE(first.receive_starting("REGISTER", std::chrono::milliseconds(50)).empty());
}

TEST_F(TrunkLocation, ARegistrarThatStopsAnsweringOptionsIsLost) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  wanted.keep_alive = base::seconds(1);
  ASSERT_TRUE(agent->register_trunk(wanted));
  accept(first, first.receive_starting("REGISTER"));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  const auto ping = first.receive_starting("OPTIONS");
  ASSERT_FALSE(ping.empty());
  first.send(agent->udp(), reply(ping, "200 OK"));
  const auto lost = sink.next(Event::registration, std::chrono::seconds(15));
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->registration_status.state, RegistrationState::failed);
}

TEST_F(TrunkLocation, CallsGoWhereTheRegistrationWent) {
  names.add_srv("_sip._udp.example.test", 10, 0, first.port(), "a.example.test");
  names.add_srv("_sip._udp.example.test", 20, 0, second.port(), "b.example.test");
  names.add_address("a.example.test", {127, 0, 0, 1});
  names.add_address("b.example.test", {127, 0, 0, 1});
  ASSERT_TRUE(agent->register_trunk(trunk()));
  first.send(agent->udp(), reply(first.receive_starting("REGISTER"), "503 Service Unavailable"));
  accept(second, second.receive_starting("REGISTER"));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  OutgoingCall call;
  call.target = "sip:200@example.test";
  call.media = local_media(41000);
  call.trunk = "provider";
  ASSERT_TRUE(agent->invite(call));
  const auto invite = second.receive_starting("INVITE");
  EXPECT_EQ(invite.rfind("INVITE sip:200@example.test SIP/2.0", 0), 0U) << invite;
  EXPECT_TRUE(first.receive_starting("INVITE", std::chrono::milliseconds(50)).empty());
  // A removed trunk pins nothing.
  ASSERT_TRUE(agent->remove_trunk("provider"));
  accept(second, second.receive_starting("REGISTER"));
  ASSERT_EQ(outcome()->state, RegistrationState::unregistered);
  call.trunk.clear();
  ASSERT_TRUE(agent->invite(call));
  EXPECT_FALSE(first.receive_starting("INVITE").empty());
}

TEST_F(TrunkLocation, ACallThatGetsNoAnswerOr503GoesToTheNextServer) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  wanted.backup_host = second.contact();
  ASSERT_TRUE(agent->register_trunk(wanted));
  accept(first, first.receive_starting("REGISTER"));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  OutgoingCall call;
  call.target = "sip:200@" + first.contact();
  call.media = local_media(41000);
  call.trunk = "provider";
  ASSERT_TRUE(agent->invite(call));
  const auto unanswered = first.receive_starting("INVITE");
  ASSERT_FALSE(unanswered.empty());
  // Silence.
  const auto repeated = second.receive_starting("INVITE");
  ASSERT_FALSE(repeated.empty());
  EXPECT_EQ(header(repeated, "Call-ID"), header(unanswered, "Call-ID"));
  EXPECT_EQ(header(repeated, "CSeq"), header(unanswered, "CSeq"));
  EXPECT_NE(header(repeated, "Via"), header(unanswered, "Via"));
  second.send(agent->udp(), reply(repeated, "486 Busy Here"));
  EXPECT_EQ(sink.next(Event::ended)->end.status, 486);
  // It stays with who answered, and 503 leads on at once; the last word counts.
  ASSERT_TRUE(agent->invite(call));
  const auto again = second.receive([&](const std::string& d) {
    return d.rfind("INVITE", 0) == 0 && header(d, "Call-ID") != header(repeated, "Call-ID");
  });
  ASSERT_FALSE(again.empty());
  second.send(agent->udp(), reply(again, "503 Service Unavailable"));
  const auto back = first.receive([&](const std::string& d) {
    return d.rfind("INVITE", 0) == 0 && header(d, "Call-ID") == header(again, "Call-ID");
  });
  ASSERT_FALSE(back.empty());
  first.send(agent->udp(), reply(back, "503 Service Unavailable"));
  EXPECT_EQ(sink.next(Event::ended)->end.status, 503);
}

TEST_F(TrunkLocation, ACallToANameIsTriedAtEachOfItsServers) {
  names.add_srv("_sip._udp.example.test", 10, 0, first.port(), "a.example.test");
  names.add_srv("_sip._udp.example.test", 20, 0, second.port(), "b.example.test");
  names.add_address("a.example.test", {127, 0, 0, 1});
  names.add_address("b.example.test", {127, 0, 0, 1});
  OutgoingCall call;
  call.target = "sip:200@example.test;transport=udp";
  call.media = local_media(41000);
  ASSERT_TRUE(agent->invite(call));
  first.send(agent->udp(), reply(first.receive_starting("INVITE"), "503 Service Unavailable"));
  const auto invite = second.receive_starting("INVITE");
  ASSERT_FALSE(invite.empty());
  second.send(agent->udp(), reply(invite, "486 Busy Here"));
  EXPECT_EQ(sink.next(Event::ended)->end.status, 486);
}

TEST_F(TrunkLocation, AReplacementWaitsUntilTheOldOneHasLeft) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  ASSERT_TRUE(agent->register_trunk(wanted));
  accept(first, first.receive_starting("REGISTER"));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto leaving = first.receive_starting("REGISTER");
  EXPECT_EQ(header(leaving, "Expires"), "0");
  const auto arriving = [](const std::string& d) { return d.rfind("REGISTER", 0) == 0 && header(d, "Expires") != "0"; };
  EXPECT_EQ(first.receive(arriving, std::chrono::milliseconds(100)), "");
  accept(first, leaving);
  const auto again = first.receive(arriving);
  ASSERT_FALSE(again.empty());
  accept(first, again);
  while (const auto status = outcome()) {
    if (status->state == RegistrationState::registered) break;
    EXPECT_EQ(status->state, RegistrationState::unregistered);
  }
}

TEST_F(TrunkLocation, TheExpiryOfARewrittenContactCounts) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  wanted.expires = base::seconds(3600);
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto request = first.receive_starting("REGISTER");
  first.send(agent->udp(), reply(request, "200 OK",
                                 "Contact: <sip:bob@127.0.0.9>;expires=20\r\n"
                                 "Contact: <sip:ann@198.51.100.9:1024>;expires=60\r\nExpires: 3600\r\n"));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RegistrationState::registered);
  EXPECT_LT(status->next_attempt, base::seconds(60));
  EXPECT_GT(status->next_attempt, base::seconds(20));
}

TEST_F(TrunkLocation, CallsToTheDomainGoToTheOutboundProxy) {
  auto wanted = trunk();
  wanted.outbound_proxy = first.contact();
  ASSERT_TRUE(agent->register_trunk(wanted));
  accept(first, first.receive_starting("REGISTER"));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  OutgoingCall call;
  call.target = "sip:200@EXAMPLE.test";
  call.media = local_media(41000);
  call.trunk = "provider";
  ASSERT_TRUE(agent->invite(call));
  EXPECT_FALSE(first.receive_starting("INVITE").empty());
}

TEST_F(TrunkLocation, OneThatAnswersNoOptionsIsAskedByRegister) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto request = first.receive_starting("REGISTER");
  accept(first, request);
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  EXPECT_FALSE(first.receive_starting("OPTIONS").empty());
  // Long before the refresh.
  const auto early = first.receive_starting("REGISTER");
  ASSERT_FALSE(early.empty());
  EXPECT_EQ(header(early, "Call-ID"), header(request, "Call-ID"));
  accept(first, early);
  EXPECT_EQ(outcome()->state, RegistrationState::registered);
}

TEST_F(TrunkLocation, CredentialsGoToNoStrangerAndToNoOtherRealm) {
  auto wanted = trunk();
  wanted.registrar_host = "127.0.0.1";
  wanted.registrar_port = first.port();
  ASSERT_TRUE(agent->register_trunk(wanted));
  first.send(agent->udp(), reply(first.receive_starting("REGISTER"), "401 Unauthorized", kChallenge));
  accept(first, first.receive([](const std::string& d) { return !header(d, "Authorization").empty(); }));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  UdpPeer stranger(2);
  constexpr int kTries = 1000;
  int leaked = 0;
  for (int i = 0; i < kTries; ++i) {
    // By turns somebody else who names the right realm, and the trunk's own address that names another.
    UdpPeer& asked = i % 2 ? stranger : second;
    OutgoingCall call;
    call.target = "sip:200@" + asked.contact();
    call.media = local_media(41000);
    call.trunk = "provider";
    ASSERT_TRUE(agent->invite(call));
    const auto invite = asked.receive_starting("INVITE");
    ASSERT_FALSE(invite.empty());
    const auto realm = i % 2 ? std::string("r") : "realm-" + std::to_string(i);
    asked.send(agent->udp(),
               reply(invite, "401 Unauthorized", "WWW-Authenticate: Digest realm=\"" + realm + "\", nonce=\"n\"\r\n"));
    ASSERT_TRUE(sink.next(Event::ended)) << i;
    std::string more;
    while (asked.receive_from(more, std::chrono::milliseconds(0)) != 0)
      leaked += more.find("uthorization:") != std::string::npos;
  }
  EXPECT_EQ(leaked, 0);
}

}  // namespace
}  // namespace frontdesk::sip
