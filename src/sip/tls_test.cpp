// TLS towards providers and for listening, against OpenSSL servers and clients made here.
#include <gtest/gtest.h>

#include "sip/tls_fixture_test.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

class Tls : public ::testing::Test {
 protected:
  void start(UserAgentOptions options = loopback_options()) {
    auto started = UserAgent::start(options, sink);
    ASSERT_TRUE(started) << base::describe(started.error());
    agent = std::move(*started);
  }
  ~Tls() override {
    if (agent) agent->stop(base::milliseconds(20));
  }
  TrunkRegistration trunk(const TlsRegistrar& registrar) {
    TrunkRegistration out;
    out.name = "provider";
    out.registrar_host = "localhost";
    out.registrar_port = registrar.port();
    out.transport = Transport::tls;
    out.username = "ann";
    out.password = base::Secret("secret");
    out.ca_file = folder.certificate(authority);
    return out;
  }
  RegistrationStatus outcome(const TrunkRegistration& wanted) {
    EXPECT_TRUE(agent->register_trunk(wanted));
    while (const auto event = sink.next(Event::registration)) {
      if (event->registration_status.state == RegistrationState::unregistered) continue;
      if (event->registration_status.state != RegistrationState::registering) return event->registration_status;
    }
    ADD_FAILURE() << "no outcome";
    return {};
  }

  PemFolder folder;
  Identity authority = make_identity({.authority = true});
  RecordingSink sink;
  std::unique_ptr<UserAgent> agent;
};

TEST_F(Tls, RegistersWithTheServerNameAndIsCalledOverTheSameConnection) {
  start();
  const auto identity = make_identity({}, &authority);
  TlsRegistrar registrar(&identity, {});
  const auto status = outcome(trunk(registrar));
  ASSERT_EQ(status.state, RegistrationState::registered) << status.explanation;
  EXPECT_EQ(registrar.server_name(), "localhost");
  const auto request = registrar.messages().front();
  EXPECT_NE(header(request, "Via").find("SIP/2.0/TLS"), std::string::npos);
  EXPECT_NE(header(request, "Contact").find(";transport=tls>"), std::string::npos);

  registrar.say(
      "INVITE sip:ann@x SIP/2.0\r\nVia: SIP/2.0/TLS localhost;branch=z9hG4bKa\r\nMax-Forwards: 70\r\n"
      "From: <sip:b@localhost>;tag=1\r\nTo: <sip:ann@localhost>\r\nCall-ID: tls-1\r\nCSeq: 1 INVITE\r\n"
      "Contact: <sip:b@localhost;transport=tls>\r\nContent-Type: application/sdp\r\nContent-Length: " +
      std::to_string(std::string(kOffer).size()) + "\r\n\r\n" + kOffer);
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.trunk, "provider");
  EXPECT_EQ(incoming->call.transport, Transport::tls);
  registrar.say(
      "CANCEL sip:ann@x SIP/2.0\r\nVia: SIP/2.0/TLS localhost;branch=z9hG4bKa\r\nMax-Forwards: 70\r\n"
      "From: <sip:b@localhost>;tag=1\r\nTo: <sip:ann@localhost>\r\nCall-ID: tls-1\r\nCSeq: 1 CANCEL\r\n"
      "Content-Length: 0\r\n\r\n");
  const auto ended = sink.next(Event::ended);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end.cause, EndCause::cancelled);
  EXPECT_EQ(registrar.handshakes(), 1);
}

struct BadPeer {
  const char* name;
  CertificatePlan plan;
  bool self_signed = false;
  bool no_certificate = false;
  const char* ciphers = nullptr;
  int version = 0;
  const char* reason;
};

/// So that a test's name says which peer failed.
void PrintTo(const BadPeer& peer, std::ostream* out) {
  *out << peer.name;
}

class BadTlsPeer : public Tls, public ::testing::WithParamInterface<BadPeer> {};

TEST_P(BadTlsPeer, IsRefusedWithAReadableReason) {
  start();
  const auto& bad = GetParam();
  const auto identity = make_identity(bad.plan, bad.self_signed ? nullptr : &authority);
  TlsRegistrar::Policy policy;
  policy.change = [&](SSL_CTX* context) {
    if (bad.ciphers || bad.version) SSL_CTX_set_security_level(context, 0);
    if (bad.ciphers) SSL_CTX_set_cipher_list(context, bad.ciphers);
    if (bad.ciphers) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    if (bad.version) SSL_CTX_set_min_proto_version(context, bad.version);
    if (bad.version) SSL_CTX_set_max_proto_version(context, bad.version);
  };
  TlsRegistrar registrar(bad.no_certificate ? nullptr : &identity, policy);
  const auto status = outcome(trunk(registrar));
  EXPECT_EQ(status.state, RegistrationState::failed);
  EXPECT_NE(status.explanation.find(bad.reason), std::string::npos) << status.explanation;
  EXPECT_GE(registrar.attempts(), 1);
  EXPECT_TRUE(registrar.messages().empty()) << "it was told who we are";
}

INSTANTIATE_TEST_SUITE_P(
    All, BadTlsPeer,
    ::testing::Values(
        BadPeer{.name = "Expired", .plan = {.valid_from_s = -7200, .valid_to_s = -60}, .reason = "has expired"},
        BadPeer{.name = "NotYetValid", .plan = {.valid_from_s = 3600, .valid_to_s = 7200}, .reason = "not valid yet"},
        BadPeer{.name = "WrongName", .plan = {.names = "DNS:other.example.com"}, .reason = "not for localhost"},
        BadPeer{.name = "WrongAddress", .plan = {.names = "IP:127.0.0.1"}, .reason = "not for localhost"},
        BadPeer{.name = "SelfSigned", .self_signed = true, .reason = "self-signed"},
        BadPeer{.name = "Anonymous", .no_certificate = true, .ciphers = "aNULL", .reason = "No secure connection"},
        BadPeer{.name = "Tls10", .version = TLS1_VERSION, .reason = "No secure connection"},
        BadPeer{.name = "Tls11", .version = TLS1_1_VERSION, .reason = "No secure connection"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(Tls, AnotherAuthorityIsNotTrustedAndVerificationCanBeTurnedOff) {
  start();
  const auto other = make_identity({.authority = true});
  const auto identity = make_identity({}, &other);
  TlsRegistrar registrar(&identity, {});
  auto wanted = trunk(registrar);
  auto status = outcome(wanted);
  EXPECT_EQ(status.state, RegistrationState::failed);
  EXPECT_NE(status.explanation.find("ca_file"), std::string::npos) << status.explanation;
  wanted.verify = false;
  status = outcome(wanted);
  EXPECT_EQ(status.state, RegistrationState::registered) << status.explanation;
}

TEST_F(Tls, AnUnreadableAuthorityFileIsExplained) {
  start();
  const auto identity = make_identity({}, &authority);
  TlsRegistrar registrar(&identity, {});
  auto wanted = trunk(registrar);
  wanted.ca_file = "/no/such/file.pem";
  const auto status = outcome(wanted);
  EXPECT_EQ(status.state, RegistrationState::failed);
  EXPECT_NE(status.explanation.find("/no/such/file.pem"), std::string::npos) << status.explanation;
  EXPECT_EQ(registrar.attempts(), 0);
}

TEST_F(Tls, APeerThatStopsAnsweringPingsIsLost) {
  start();
  const auto identity = make_identity({}, &authority);
  TlsRegistrar::Policy policy;
  policy.silent_after_first = true;
  TlsRegistrar registrar(&identity, policy);
  auto wanted = trunk(registrar);
  wanted.keep_alive = base::seconds(1);
  ASSERT_EQ(outcome(wanted).state, RegistrationState::registered);
  // Two pings a second apart, and ten seconds for the second answer.
  const auto lost = sink.next(Event::registration, std::chrono::seconds(16));
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->registration_status.state, RegistrationState::failed);
  EXPECT_NE(lost->registration_status.explanation.find("lost"), std::string::npos);
  const auto back = sink.next(Event::registration);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->registration_status.state, RegistrationState::registered) << back->registration_status.explanation;
  EXPECT_EQ(registrar.handshakes(), 2);
}

TEST_F(Tls, ListensWithItsOwnCertificateAndNothingBelowTls12) {
  const auto identity = make_identity({}, &authority);
  auto options = loopback_options();
  options.tls = TlsListening{0, folder.certificate(identity), folder.key(identity)};
  start(options);
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION, TLS1_1_VERSION, TLS1_VERSION}) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(agent->tls().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    {
      TlsPipe pipe(context, fd, false);
      EXPECT_EQ(pipe.open(), version >= TLS1_2_VERSION) << version;
      if (pipe.open()) {
        pipe.send(
            "OPTIONS sip:x@localhost SIP/2.0\r\nVia: SIP/2.0/TLS localhost;branch=z9hG4bKo\r\nMax-Forwards: 70\r\n"
            "From: <sip:b@localhost>;tag=1\r\nTo: <sip:x@localhost>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n"
            "Content-Length: 0\r\n\r\n");
        EXPECT_EQ(pipe.receive(5000).rfind("SIP/2.0 ", 0), 0U);
      }
    }
    SSL_CTX_free(context);
  }
}

TEST_F(Tls, AMissingCertificateForListeningIsExplained) {
  auto options = loopback_options();
  options.tls = TlsListening{0, "/no/such/certificate.pem", "/no/such/key.pem"};
  const auto started = UserAgent::start(options, sink);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("/no/such/certificate.pem"), std::string::npos);
}

}  // namespace
}  // namespace frontdesk::sip
