#include "reception/sip_accounts/sip_account.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontdesk::sip_accounts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SipAccountForm sample() {
  SipAccountForm form;
  form.domain = "reg5.switchboardfree.co.uk";
  form.username = "__23725.2testaccou__";
  form.auth_username = "#PurplePhone5772";
  form.password = base::Secret("#PurplePhone5772");
  form.inbound_number = "03333357324";
  return form;
}

std::vector<std::string> fields(const Checked& checked) {
  std::vector<std::string> out;
  for (const auto& problem : checked.problems) out.push_back(problem.field);
  return out;
}

Checked with_domain(const char* domain) {
  auto form = sample();
  form.domain = domain;
  return check(form, "GB");
}

}  // namespace

TEST(SipAccount, TakesTheSampleAndStoresItsNumberInternationally) {
  const auto checked = check(sample(), "GB");
  EXPECT_THAT(fields(checked), ElementsAre());
  EXPECT_EQ(checked.account.inbound_number, "+443333357324");
  EXPECT_EQ(checked.account.port, "5065");
  EXPECT_EQ(checked.account.username, "__23725.2testaccou__");
}

TEST(SipAccount, TellsAllProblemsTogether) {
  SipAccountForm form;
  form.port = "65536";
  form.transport = "SCTP";
  EXPECT_THAT(fields(check(form, "GB")),
              ElementsAre("/username", "/password", "/domain", "/port", "/transport", "/inboundNumber"));
}

TEST(SipAccount, ProposesTheDomainAloneWhenMoreWasPasted) {
  const auto pasted = with_domain("reg5.example.co.uk:5065");
  ASSERT_EQ(pasted.problems.size(), 1u);
  EXPECT_EQ(pasted.problems[0].proposal, "reg5.example.co.uk");
  EXPECT_EQ(pasted.problems[0].also_port, "5065");
  EXPECT_EQ(with_domain("http://sip.example.com/").problems.at(0).proposal, "sip.example.com");
  EXPECT_EQ(with_domain("sip.example.com/").problems.at(0).proposal, "sip.example.com");
  EXPECT_EQ(with_domain("sip:me@sip.example.com;transport=tcp").problems.at(0).proposal, "sip.example.com");
  EXPECT_EQ(with_domain(" SIP:sip.Example.com ").account.domain, "sip.example.com");
}

TEST(SipAccount, RefusesWhatIsNoHost) {
  for (const char* domain :
       {"a b.example.com", "-a.example.com", "a..example.com", "1.2.3.400", "exa\nmple.com", ":5060"})
    EXPECT_THAT(fields(with_domain(domain)), ElementsAre("/domain")) << domain;
  for (const char* domain : {"192.0.2.1", "2001:db8::1", "pbx"}) EXPECT_TRUE(with_domain(domain).ok()) << domain;
}

TEST(SipAccount, BoundsThePort) {
  for (const char* port : {"0", "65536", "-1", "5060x", "", "99999999999999"}) {
    auto form = sample();
    form.port = port;
    EXPECT_THAT(fields(check(form, "GB")), ElementsAre("/port")) << port;
  }
  auto form = sample();
  form.port = " 65535 ";
  EXPECT_TRUE(check(form, "GB").ok());
}

TEST(SipAccount, ReadsNumbersAsPeopleWriteThem) {
  for (const char* typed : {"0333 335 7324", "+44 333 335 7324", "0044 333-335-7324", "(0333) 335.7324"}) {
    auto form = sample();
    form.inbound_number = typed;
    EXPECT_EQ(check(form, "GB").account.inbound_number, "+443333357324") << typed;
  }
  for (const char* typed : {"12", "reception", "+0443333357324", "+1234567890123456", "0333+3357324"}) {
    auto form = sample();
    form.inbound_number = typed;
    EXPECT_THAT(fields(check(form, "GB")), ElementsAre("/inboundNumber")) << typed;
  }
}

TEST(SipAccount, ChecksEachAllowedNumber) {
  auto form = sample();
  form.allowed_numbers = {"*", "+44 333*", "07700 900123", "0*33", "**"};
  const auto checked = check(form, "GB");
  EXPECT_THAT(fields(checked), ElementsAre("/allowedNumbers/3", "/allowedNumbers/4"));
  EXPECT_EQ(checked.account.allowed_numbers[1], "+44333*");
  EXPECT_EQ(checked.account.allowed_numbers[2], "+447700900123");
}

TEST(SipAccount, BringsNationalBeginningsToTheFormCallersAreComparedIn) {
  auto form = sample();
  form.allowed_numbers = {"0333*", "0044 20*", "+*", "333*"};
  const auto checked = check(form, "GB");
  EXPECT_EQ(checked.account.allowed_numbers[0], "+44333*");
  EXPECT_EQ(checked.account.allowed_numbers[1], "+4420*");
  EXPECT_THAT(fields(checked), ElementsAre("/allowedNumbers/2", "/allowedNumbers/3")) << "no country to be sure of";
}

TEST(SipAccount, AsksForNoPasswordWhereTheProviderKnowsTheAddress) {
  auto form = sample();
  form.registers = false;
  form.username.clear();
  form.password = {};
  EXPECT_TRUE(check(form, "GB").ok());
}

TEST(SipAccount, NeverSendsSrtpKeysInTheClearAndNeverTellsThePassword) {
  auto form = sample();
  form.srtp = "required";
  form.password = base::Secret("two\nlines-secret");
  const auto checked = check(form, "GB");
  EXPECT_THAT(fields(checked), ElementsAre("/password", "/srtp"));
  for (const auto& problem : checked.problems) EXPECT_THAT(problem.message, testing::Not(HasSubstr("secret")));
}

}  // namespace frontdesk::sip_accounts
