// The whole test against scripted registrars, name servers and certificates: each fault gets its own words, nothing is
// bound, nothing secret is told.
#include <gtest/gtest.h>
#include <signal.h>

#include "sip/digest.hpp"
#include "sip/dns_fixture_test.hpp"
#include "sip/trial/registrar_fixture_test.hpp"

namespace frontdesk::trial::test {
namespace {

using findings::Fault;
using findings::State;
using findings::StepKind;

std::string accepting(const std::string& request) {
  if (request.rfind("OPTIONS", 0) == 0) return reply_to(request, "200 OK");
  if (!proves(request)) return reply_to(request, "401 Unauthorized", kChallenge);
  return reply_to(request, "200 OK",
                  "Contact: <sip:someone@192.0.2.7:5060>;expires=57, <sip:other@192.0.2.8>;expires=99\r\n");
}

/// The digest's `name="value"`.
std::string quoted_parameter(const std::string& line, const std::string& name) {
  const auto at = line.find(name + "=\"");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return line.substr(begin, line.find('"', begin) - begin);
}

TEST(Trial, ProvesTheAccountAndBindsNothing) {
  ScriptedRegistrar registrar(accepting);
  Collector found;
  run(order_for(registrar.port()), found);
  EXPECT_TRUE(found.report().passed()) << found.output();
  EXPECT_EQ(found.finished(), 1);
  ASSERT_EQ(found.report().steps.size(), findings::kSteps.size());
  for (std::size_t i = 0; i < findings::kSteps.size(); ++i)
    EXPECT_EQ(found.report().steps[i].kind, findings::kSteps[i]);
  EXPECT_EQ(found.step(StepKind::tls).state, State::skipped);
  EXPECT_EQ(found.step(StepKind::accept).state, State::ok);
  EXPECT_EQ(found.fact(StepKind::accept, "registered_devices"), "2");
  EXPECT_EQ(found.fact(StepKind::accept, "expires_s"), "57");
  EXPECT_EQ(found.fact(StepKind::challenge, "algorithm"), "MD5");
  EXPECT_EQ(found.fact(StepKind::challenge, "realm"), "example.test");
  EXPECT_EQ(found.fact(StepKind::challenge, "qop"), "auth");

  int registers = 0;
  for (const auto& request : registrar.requests()) {
    EXPECT_TRUE(header(request, "Contact").empty()) << request;
    EXPECT_TRUE(header(request, "Expires").empty()) << request;
    registers += request.rfind("REGISTER", 0) == 0 ? 1 : 0;
  }
  EXPECT_EQ(registers, 2);
}

TEST(Trial, SendsNothingToAnAddressThatIsNotAllowed) {
  ScriptedRegistrar registrar(accepting);
  auto order = order_for(registrar.port());
  std::vector<std::string> asked;
  order.admits = [&](const base::Endpoint& address) -> base::Status {
    asked.push_back(base::address_text(address));
    return base::fail(base::ErrorCode::permission_denied, "test", "it is a private address");
  };
  Collector found;
  run(order, found);
  EXPECT_EQ(found.fault(), Fault::address_not_allowed) << found.output();
  EXPECT_EQ(found.step(StepKind::resolve).state, State::failed);
  EXPECT_EQ(found.step(StepKind::connect).state, State::skipped);
  EXPECT_TRUE(found.step(StepKind::resolve).facts.empty()) << found.output();
  EXPECT_EQ(asked, std::vector<std::string>{"127.0.0.1"});
  EXPECT_TRUE(registrar.requests().empty());
  order.admits = [](const base::Endpoint&) { return base::Status{}; };
  Collector allowed;
  run(order, allowed);
  EXPECT_TRUE(allowed.report().passed()) << allowed.output();
}

TEST(Trial, AnswersTheChallengeAsTheRegistrationWould) {
  std::string given, expected;
  ScriptedRegistrar registrar([&](const std::string& request) {
    if (proves(request)) {
      given = "Authorization: " + header(request, "Authorization");
      const auto challenge = sip::parse_challenge(kChallenge.substr(kChallenge.find("Digest")), false);
      const auto uri = quoted_parameter(given, "uri");
      const auto cnonce = quoted_parameter(given, "cnonce");
      expected =
          sip::authorization(*challenge, "#PurplePhone5772", base::Secret(kPassword), {"REGISTER", uri, cnonce, 1});
    }
    return accepting(request);
  });
  Collector found;
  run(order_for(registrar.port()), found);
  ASSERT_FALSE(given.empty());
  EXPECT_EQ(given, expected);
  EXPECT_NE(header(registrar.requests().front(), "From").find("sip:__23725.2testaccou__@localhost"), std::string::npos);
}

TEST(Trial, TellsNothingSecret) {
  std::string digest;
  ScriptedRegistrar registrar([&](const std::string& request) {
    if (proves(request)) digest = quoted_parameter(header(request, "Authorization"), "response");
    const auto answer = accepting(request);
    // A provider that repeats what it should not, with escape codes for a terminal.
    if (!proves(request)) return answer;
    return reply_to(request, "403 " + kPassword + " \x1b[31mbad",
                    "X-Debug: " + kPassword + "\r\nWarning: 399 x \"" + kPassword + "\"\r\n" + kChallenge);
  });
  Collector found;
  run(order_for(registrar.port()), found);
  EXPECT_EQ(found.fault(), Fault::forbidden_account);
  ASSERT_FALSE(digest.empty());
  for (const std::string& secret :
       {kPassword, kNonce, digest, std::string("PurplePhone"), std::string("23725.2"), std::string("\x1b")})
    EXPECT_EQ(found.output().find(secret), std::string::npos) << secret << "\n" << found.output();
  EXPECT_NE(found.output().find("REGISTER sip:localhost"), std::string::npos);
  EXPECT_NE(found.output().find("X-Debug: (not shown)"), std::string::npos);
}

struct Refused {
  const char* status;
  const char* lines;
  bool at_once;  ///< without a challenge before
  Fault fault;
  const char* words;  ///< in cause or fix
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.status;
}
class RefusedTrial : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedTrial, IsToldInWords) {
  const auto& expected = GetParam();
  ScriptedRegistrar registrar([&](const std::string& request) {
    if (expected.at_once || proves(request)) return reply_to(request, expected.status, expected.lines);
    return reply_to(request, "401 Unauthorized", kChallenge);
  });
  Collector found;
  run(order_for(registrar.port()), found);
  EXPECT_FALSE(found.report().passed());
  EXPECT_EQ(name(found.fault()), name(expected.fault)) << found.output();
  EXPECT_NE(found.output().find(expected.words), std::string::npos) << found.output();
  EXPECT_EQ(found.report().steps.back().state, State::skipped);
  EXPECT_LE(registrar.requests().size(), 6U);
}

constexpr const char* kStale =
    "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"n\", algorithm=MD5, qop=\"auth\", stale=true\r\n";
constexpr const char* kFresh =
    "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"n2\", algorithm=MD5, qop=\"auth\"\r\n";
constexpr const char* kUnknown =
    "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"n\", algorithm=SHA-512-256, qop=\"auth\"\r\n";
INSTANTIATE_TEST_SUITE_P(
    Faults, RefusedTrial,
    ::testing::Values(
        Refused{"401 Unauthorized", kFresh, false, Fault::wrong_credentials, "not the one for the provider's web site"},
        Refused{"401 Unauthorized", kStale, false, Fault::endless_challenge, "again and again"},
        Refused{"401 Unauthorized", kUnknown, true, Fault::unsupported_authentication, "digest authentication"},
        Refused{"403 Forbidden", "", true, Fault::forbidden_address, "allow the public address"},
        Refused{"403 Forbidden", "", false, Fault::forbidden_account, "locked after too many tries"},
        Refused{"404 Not Found", "", false, Fault::unknown_user, "does not know this user name"},
        Refused{"423 Interval Too Brief", "", false, Fault::interval_too_brief, "too short"},
        Refused{"503 Service Unavailable", "Retry-After: 90\r\n", true, Fault::busy, "Wait 90 seconds"},
        Refused{"500 Oops", "", false, Fault::server_fault, "has a fault (500 Oops)"},
        Refused{"488 No", "", true, Fault::refused, "refuses (488 No)"}));

TEST(Trial, AsksForTheIntervalThatIsWanted) {
  ScriptedRegistrar registrar([](const std::string& request) {
    if (proves(request) && header(request, "Expires") != "1800")
      return reply_to(request, "423 Interval Too Brief", "Min-Expires: 1800\r\n");
    return accepting(request);
  });
  Collector found;
  run(order_for(registrar.port()), found);
  EXPECT_TRUE(found.report().passed()) << found.output();
  EXPECT_EQ(found.fact(StepKind::accept, "least_interval_s"), "1800");
  for (const auto& request : registrar.requests()) EXPECT_TRUE(header(request, "Contact").empty());
}

TEST(Trial, ARedirectionIsToldAndNotFollowed) {
  ScriptedRegistrar registrar([](const std::string& request) {
    return reply_to(request, "302 Moved", "Contact: <sip:other.example.test>\r\n");
  });
  Collector found;
  run(order_for(registrar.port()), found);
  EXPECT_EQ(found.fault(), Fault::redirected);
  EXPECT_FALSE(found.report().passed()) << "nothing is proved";
}

TEST(Trial, AnotherRealmIsPointedOut) {
  ScriptedRegistrar registrar(accepting);
  auto order = order_for(registrar.port());
  order.trunk.realm = "elsewhere.test";
  Collector found;
  run(order, found);
  EXPECT_TRUE(found.report().passed());
  EXPECT_EQ(found.fault(State::warning), Fault::other_realm);
}

TEST(Trial, SilenceEndsInTime) {
  ScriptedRegistrar registrar([](const std::string&) { return std::string(); });
  auto order = order_for(registrar.port());
  order.limit = base::milliseconds(1200);
  Collector found;
  run(order, found);
  EXPECT_EQ(found.fault(), Fault::time_out);
  EXPECT_GE(registrar.requests().size(), 2U) << "UDP is repeated";
  EXPECT_LT(found.report().took, base::milliseconds(2500));
}

TEST(Trial, CanBeBrokenOff) {
  ScriptedRegistrar registrar([](const std::string&) { return std::string(); });
  Collector found;
  {
    Trial trial(order_for(registrar.port()), found);
    while (registrar.requests().empty()) std::this_thread::yield();
  }
  EXPECT_EQ(found.fault(), Fault::cancelled);
  EXPECT_LT(found.report().took, base::seconds(3));
}

TEST(Trial, AClosedPortIsKnownAtOnce) {
  std::uint16_t port = 0;
  {
    const UdpPeer gone;
    port = gone.port();
  }
  for (const auto transport : {sip::Transport::udp, sip::Transport::tcp}) {
    Collector found;
    run(order_for(port, transport), found);
    EXPECT_EQ(found.fault(), Fault::port_closed) << found.output();
    EXPECT_LT(found.report().took, base::seconds(2));
  }
}

TEST(Trial, TheBackupIsTriedAndSaidSo) {
  std::uint16_t port = 0;
  {
    const UdpPeer gone;
    port = gone.port();
  }
  ScriptedRegistrar registrar(accepting);
  auto order = order_for(port);
  order.trunk.backup_host = "localhost:" + std::to_string(registrar.port());
  Collector found;
  run(order, found);
  EXPECT_TRUE(found.report().passed()) << found.output();
  EXPECT_EQ(found.fault(State::warning), Fault::port_closed);
}

TEST(Trial, ALineWithoutRegistrationIsAskedForASignOfLifeOnly) {
  ScriptedRegistrar registrar(accepting);
  auto order = order_for(registrar.port());
  order.trunk.registers = false;
  Collector found;
  run(order, found);
  EXPECT_TRUE(found.report().passed()) << found.output();
  for (const auto& request : registrar.requests()) EXPECT_EQ(request.rfind("OPTIONS", 0), 0U);
  EXPECT_EQ(found.step(StepKind::accept).state, State::skipped);
}

TEST(Trial, SeesTheRouterInBetween) {
  ScriptedRegistrar registrar([](const std::string& request) {
    auto answer = accepting(request);
    const auto at = answer.find(";rport");
    return answer.replace(at, 6, ";rport=40404;received=203.0.113.9");
  });
  Collector found;
  run(order_for(registrar.port()), found);
  EXPECT_EQ(found.fact(StepKind::media, "seen_as"), "203.0.113.9:40404");
  EXPECT_NE(found.step(StepKind::media).sentence.find("sees us as 203.0.113.9"), std::string::npos);
}

TEST(Trial, WithoutAPortForSoundTheLineDoesNotWork) {
  ScriptedRegistrar registrar(accepting);
  const UdpPeer taken;
  auto order = order_for(registrar.port());
  // One even port at most, and that one taken.
  order.rtp_first = static_cast<std::uint16_t>(taken.port() & ~1);
  order.rtp_last = static_cast<std::uint16_t>(order.rtp_first + 1);
  const auto even = udp::Socket::bind(*base::parse_address("127.0.0.1", order.rtp_first));
  Collector found;
  run(order, found);
  EXPECT_EQ(found.fault(), Fault::no_audio_port) << found.output();
}

TEST(TrialNames, FollowNaptrAndSrvAndShowThem) {
  ScriptedRegistrar registrar(accepting);
  sip::test::NameServer names;
  names.add_naptr("example.test", 1, "SIP+D2U", "_sip._udp.example.test");
  names.add_srv("_sip._udp.example.test", 10, 5, registrar.port(), "one.example.test");
  names.add_address("one.example.test", {127, 0, 0, 1});
  auto order = order_for(0);
  order.trunk.registrar_host = "example.test";
  order.trunk.transport.reset();
  order.dns_servers = {names.address()};
  Collector found;
  run(order, found);
  EXPECT_TRUE(found.report().passed()) << found.output();
  EXPECT_EQ(found.fact(StepKind::resolve, "NAPTR example.test"), "SIP+D2U -> _sip._udp.example.test");
  EXPECT_EQ(found.fact(StepKind::resolve, "SRV _sip._udp.example.test"),
            "10 5 one.example.test:" + std::to_string(registrar.port()));
  EXPECT_EQ(found.fact(StepKind::resolve, "A one.example.test"), "127.0.0.1");
}

TEST(TrialNames, ANameThatDoesNotExistIsSaidSo) {
  sip::test::NameServer names;
  auto order = order_for(5060);
  order.trunk.registrar_host = "nobody.invalid";
  order.dns_servers = {names.address()};
  order.limit = base::seconds(3);
  Collector found;
  run(order, found);
  EXPECT_EQ(found.fault(), Fault::name_not_found) << found.output();
  EXPECT_EQ(found.step(StepKind::connect).state, State::skipped);
}

TEST(TrialNames, ASilentNameServerIsSaidSo) {
  const UdpPeer silent;
  auto order = order_for(5060);
  order.trunk.registrar_host = "somebody.invalid";
  order.dns_servers = {*base::parse_address("127.0.0.1", silent.port())};
  order.limit = base::seconds(3);
  Collector found;
  run(order, found);
  EXPECT_EQ(found.fault(), Fault::name_server_silent) << found.output();
  EXPECT_LT(found.report().took, base::seconds(6));
}

struct BadCertificate {
  const char* name;
  sip::test::CertificatePlan plan;
  bool self_signed = false, unknown = false;
  Fault fault = Fault::none;
};
void PrintTo(const BadCertificate& bad, std::ostream* out) {
  *out << bad.name;
}
class TrialCertificate : public ::testing::TestWithParam<BadCertificate> {
 protected:
  // Of the server here, to whom the connection is closed while it still speaks.
  void SetUp() override { ::signal(SIGPIPE, SIG_IGN); }
};

TEST_P(TrialCertificate, IsLookedAtBeforeAnythingIsSent) {
  const auto& bad = GetParam();
  sip::test::PemFolder folder;
  const auto authority = sip::test::make_identity({.authority = true});
  const auto other = sip::test::make_identity({.authority = true});
  const auto identity = sip::test::make_identity(bad.plan, bad.self_signed ? nullptr
                                                           : bad.unknown   ? &other
                                                                           : &authority);
  sip::test::TlsRegistrar registrar(&identity, {});
  auto order = order_for(registrar.port(), sip::Transport::tls);
  order.trunk.ca_file = folder.certificate(authority);
  Collector found;
  run(order, found);
  EXPECT_EQ(name(found.fault()), name(bad.fault)) << found.output();
  EXPECT_TRUE(registrar.messages().empty());
  EXPECT_FALSE(found.fact(StepKind::tls, "days_left").empty());
  // Whoever turns the check off is told all the same.
  order.trunk.verify = false;
  Collector unchecked;
  run(order, unchecked);
  EXPECT_EQ(name(unchecked.fault(State::warning)), name(bad.fault)) << unchecked.output();
}

INSTANTIATE_TEST_SUITE_P(
    Faults, TrialCertificate,
    ::testing::Values(
        BadCertificate{
            "expired", {.valid_from_s = -7200, .valid_to_s = -3600}, false, false, Fault::certificate_expired},
        BadCertificate{
            "early", {.valid_from_s = 3600, .valid_to_s = 7200}, false, false, Fault::certificate_not_yet_valid},
        BadCertificate{"wrong name", {.names = "DNS:sip.example.com"}, false, false, Fault::certificate_wrong_name},
        BadCertificate{"self-signed", {}, true, false, Fault::certificate_self_signed},
        BadCertificate{"unknown authority", {}, false, true, Fault::certificate_unknown_authority}));

TEST(TrialTls, ShowsVersionAndCertificate) {
  sip::test::PemFolder folder;
  const auto authority = sip::test::make_identity({.authority = true});
  const auto identity = sip::test::make_identity({.valid_to_s = 90 * 86'400 + 60}, &authority);
  sip::test::TlsRegistrar registrar(&identity, {});
  auto order = order_for(registrar.port(), sip::Transport::tls);
  order.trunk.ca_file = folder.certificate(authority);
  Collector found;
  run(order, found);
  EXPECT_TRUE(found.report().passed()) << found.output();
  EXPECT_EQ(found.step(StepKind::tls).state, State::ok) << found.output();
  EXPECT_EQ(found.fact(StepKind::tls, "version"), "TLSv1.3");
  EXPECT_EQ(found.fact(StepKind::tls, "names"), "localhost");
  EXPECT_EQ(found.fact(StepKind::tls, "days_left"), "90");
  EXPECT_EQ(registrar.server_name(), "localhost");
  EXPECT_EQ(found.step(StepKind::challenge).state, State::skipped) << "it asks for no password";
  EXPECT_EQ(found.step(StepKind::options).state, State::warning);
}

TEST(TrialTls, AFileThatIsMissingIsNamed) {
  const auto identity = sip::test::make_identity({});
  sip::test::TlsRegistrar registrar(&identity, {});
  auto order = order_for(registrar.port(), sip::Transport::tls);
  order.trunk.ca_file = "/nowhere/ca.pem";
  Collector found;
  run(order, found);
  EXPECT_EQ(found.fault(), Fault::tls_unavailable);
}

TEST(TrialTls, APortOfAnotherProtocolIsSaidSo) {
  const auto identity = sip::test::make_identity({});
  sip::test::TlsRegistrar encrypted(&identity, {});
  Collector plain;
  run(order_for(encrypted.port(), sip::Transport::tcp), plain);
  EXPECT_TRUE(plain.fault() == Fault::connection_lost || plain.fault() == Fault::not_sip) << plain.output();
}

}  // namespace
}  // namespace frontdesk::trial::test
