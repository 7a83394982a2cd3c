#include "reception/sip_accounts/account_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace frontdesk::sip_accounts {
namespace {

boost::json::object object(const char* text) {
  return boost::json::parse(text).as_object();
}

TEST(AccountJson, ComesBackAsItWentOutSaveForThePassword) {
  SipAccountForm form;
  form.domain = "sip.example.com";
  form.port = "5061";
  form.username = "#PurplePhone5772";
  form.password = base::Secret("planted-pa55word");
  form.transport = "TLS";
  form.allowed_numbers = {"+44333*", "*"};
  form.registers = false;
  form.verify = false;
  form.keep_alive_seconds = 7;
  form.codecs = {"opus"};
  const auto out = account_json(form);
  EXPECT_EQ(boost::json::serialize(out).find("planted"), std::string::npos);
  EXPECT_EQ(out.at("port").as_int64(), 5061);
  const auto back = account_from(out);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->password.empty());
  EXPECT_EQ(account_json(form).at("codecs"), account_json(*back).at("codecs"));
  EXPECT_EQ(back->allowed_numbers, form.allowed_numbers);
  EXPECT_EQ(back->keep_alive_seconds, 7);
  EXPECT_FALSE(back->registers);
  EXPECT_FALSE(back->verify);
}

TEST(AccountJson, TellsAllMistakesTogether) {
  const auto read = account_from(object(
      R"({"domain": 5, "port": 5.5, "registers": "yes", "allowedNumbers": [1], "codecs": "PCMA",
          "keepAliveSeconds": -1, "direction": "both", "pasword": "x", "password": null})"));
  ASSERT_FALSE(read);
  std::vector<std::string> fields;
  for (const auto& problem : read.error()) fields.push_back(problem.field);
  EXPECT_THAT(fields, testing::UnorderedElementsAre("/domain", "/port", "/registers", "/allowedNumbers", "/codecs",
                                                    "/keepAliveSeconds", "/direction", "/pasword", "/password"));
}

TEST(AccountJson, TakesAPortAsTextToo) {
  EXPECT_EQ(account_from(object(R"({"port": "5062"})"))->port, "5062");
  EXPECT_EQ(account_from(object(R"({})"))->port, "5065");
}

TEST(AllowedPattern, TakesNumbersBeginningsAndExtensions) {
  EXPECT_EQ(allowed_pattern("0333 555 0100", "GB"), "+443335550100");
  EXPECT_EQ(allowed_pattern("0333*", "GB"), "+44333*");
  EXPECT_EQ(allowed_pattern("*", "GB"), "*");
  EXPECT_EQ(allowed_pattern("201", "GB"), "201");
  for (const char* wrong : {"", "1", "abc", "**", "+", "0", "+0123456789", "12345678901234567"})
    EXPECT_EQ(allowed_pattern(wrong, "GB"), std::nullopt) << wrong;
}

}  // namespace
}  // namespace frontdesk::sip_accounts
