#include "sip/trial/findings/findings.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "sip/trial/findings/diagnosis.hpp"
#include "sip/trial/findings/mask.hpp"
#include "sip/trial/findings/render.hpp"

namespace frontdesk::findings {
namespace {

TEST(Mask, HidesProofsAndShortensPeople) {
  const std::string message =
      "REGISTER sip:example.com SIP/2.0\r\n"
      "From: \"Ann Smith\" <sip:04433355501:hunter2@example.com>;tag=x\r\n"
      "t: <tel:+443335550100>\r\n"
      "Authorization: Digest username=\"a\\\"b,cdefgh\", realm=\"r, s\", nonce=\"NONCE\", uri=\"sip:example.com\", "
      "response=\"0123456789abcdef\", cnonce=CN, nc=00000001, qop=auth, opaque=\"OPQ\"\r\n"
      "X-Token: abc\r\n"
      "Cookie: session=1\r\n"
      "no colon here\r\n"
      "\r\nbody password";
  const auto shown = masked(message, {"hunter2"});
  for (const std::string secret : {"hunter2", "NONCE", "0123456789abcdef", "=CN", "OPQ", "Ann", "abc", "session",
                                   "body", "33555", "cdef", "no colon"})
    EXPECT_EQ(shown.find(secret), std::string::npos) << secret << "\n" << shown;
  for (const std::string open :
       {"REGISTER sip:example.com SIP/2.0\n", "realm=\"r, s\"", "uri=\"sip:example.com\", response=***", "qop=auth",
        "nc=00000001", "X-Token: (not shown)", "tag=x", "@example.com", "tel:+4***00"})
    EXPECT_NE(shown.find(open), std::string::npos) << open << "\n" << shown;
}

TEST(Mask, SurvivesWhatIsNoMessage) {
  EXPECT_EQ(masked("", {}), "");
  EXPECT_EQ(masked("\r\n\r\n", {}), "");
  EXPECT_EQ(masked("A\x01\xff", {}), "A??\n");
  EXPECT_EQ(masked("S\r\nAuthorization: Digest \"", {}), "S\nAuthorization: Digest ***\n");
  EXPECT_EQ(masked("S\r\nAuthorization: Bearer token", {}), "S\nAuthorization: ***\n");
  EXPECT_EQ(masked("S\r\nFrom: \"open <sip:", {}), "S\nFrom: \"***\"\n");
  EXPECT_EQ(masked("S\r\nWWW-Authenticate: Digest realm=\"r\",\r\n nonce=\"a:b\"\r\nno=\"c:d\"", {}),
            "S\nWWW-Authenticate: Digest realm=\"r\"\n***\n***\n");
  EXPECT_EQ(masked_words("ok sesame", {"sesame", "o"}), "ok ***");
}

TEST(Mask, ShortensByLength) {
  EXPECT_EQ(shortened(""), "***");
  EXPECT_EQ(shortened("ab"), "***");
  EXPECT_EQ(shortened("abc"), "a***");
  EXPECT_EQ(shortened("abcdefgh"), "ab***gh");
}

TEST(Diagnosis, DistinguishesWhenARefusalCame) {
  EXPECT_EQ(diagnose(Refusal{403, "", false, false, {}}).fault, Fault::forbidden_address);
  EXPECT_EQ(diagnose(Refusal{403, "", true, false, {}}).fault, Fault::forbidden_account);
  const auto plain = diagnose(Refusal{401, "", true, false, {}});
  EXPECT_NE(plain.fix.find("enter it too"), std::string::npos) << "an authorization user is proposed if none is set";
  EXPECT_EQ(diagnose(Refusal{401, "", true, true, {}}).fix.find("enter it too"), std::string::npos);
}

TEST(Diagnosis, EveryFaultHasCauseAndFix) {
  const Target target{"sip.example.com", "192.0.2.1:5060", "UDP"};
  std::vector<Diagnosis> all;
  for (const auto f : {NameFault::not_found, NameFault::server_silent}) all.push_back(diagnose(f, target));
  for (int i = 0; i <= static_cast<int>(NetworkFault::cancelled); ++i)
    all.push_back(diagnose(static_cast<NetworkFault>(i), target));
  for (int i = 0; i <= static_cast<int>(CertificateFault::other); ++i)
    all.push_back(diagnose(static_cast<CertificateFault>(i), target, ""));
  for (int status = 300; status < 700; ++status) {
    all.push_back(diagnose(Refusal{status, "Reason", false, false, {}}));
    all.push_back(diagnose(Refusal{status, "Reason", true, false, 7}));
  }
  for (const auto& each : all) {
    EXPECT_NE(each.fault, Fault::none);
    EXPECT_FALSE(name(each.fault).empty());
    EXPECT_FALSE(each.cause.empty());
    EXPECT_FALSE(each.fix.empty()) << each.cause;
  }
}

TEST(Report, PassesWithWarningsAndNotWithFailures) {
  Report report;
  EXPECT_FALSE(report.passed());
  report.steps = {{StepKind::resolve, State::ok}, {StepKind::tls, State::skipped}, {StepKind::media, State::warning}};
  EXPECT_TRUE(report.passed());
  EXPECT_NE(closing_text(report).find("1 thing to look at"), std::string::npos);
  report.steps.push_back({StepKind::leave, State::running});
  EXPECT_FALSE(report.passed());
}

TEST(Render, WritesLinesOfJson) {
  Step step{StepKind::accept,       State::failed,          base::milliseconds(12),
            base::milliseconds(34), "Sentence \"quoted\".", {Fault::wrong_credentials, "cause", "fix"},
            {{"realm", "r"}}};
  const auto value = boost::json::parse(json(step));
  EXPECT_EQ(value.at("step").as_string(), "accepted");
  EXPECT_EQ(value.at("state").as_string(), "failed");
  EXPECT_EQ(value.at("fault").as_string(), "wrong_credentials");
  EXPECT_EQ(value.at("facts").at("realm").as_string(), "r");
  EXPECT_EQ(value.at("took_ms").as_double(), 34);
  EXPECT_EQ(json(step).find('\n'), std::string::npos);
  EXPECT_NE(text(step).find("-> fix"), std::string::npos);
}

}  // namespace
}  // namespace frontdesk::findings
