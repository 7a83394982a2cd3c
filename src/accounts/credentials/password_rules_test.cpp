#include "accounts/credentials/password_rules.hpp"

#include <gtest/gtest.h>

#include "accounts/credentials/email_address.hpp"

namespace frontdesk::credentials {
namespace {

bool good(std::string password, std::string_view email = "zoe.miller@hillside.example") {
  return check_new_password(base::Secret(std::move(password)), email).has_value();
}

}  // namespace

TEST(PasswordRules, TakeWordsThatDoNotBelongTogether) {
  EXPECT_TRUE(good("correct horse battery staple"));
  EXPECT_TRUE(good("tooth brush lamp 12"));
  EXPECT_TRUE(good("x9!Kd02_pQzz"));
  EXPECT_TRUE(good("Grüße vom Müller"));
  EXPECT_TRUE(
      good("turquoise violet harbour, turquoise violet harbour, turquoise violet harbour, turquoise violet harbour"));
  EXPECT_TRUE(good("correct horse password staple"));  // one common word among others
}

TEST(PasswordRules, RefuseWhatIsTriedFirst) {
  for (const auto* password :
       {"", "short one!", "ünïcödé 123" /* eleven characters, more bytes */, "password1234", "Password123!!",
        "P@ssw0rd2026!", "123456789012", "qwertyuiop[]", "qwertyuiopas", "abcdefghijkl", "aaaaaaaaaaaa", "abababababab",
        "adminadmin123", "frontdesk2026", "Receptionist1", "welcome-2-summer", "987654321098", "            "})
    EXPECT_FALSE(good(password)) << password;
  EXPECT_FALSE(good(std::string(kMostPasswordBytes + 1, 'x')));
}

TEST(PasswordRules, RefuseTheEmail) {
  EXPECT_FALSE(good("zoe.miller@hillside.example"));
  EXPECT_FALSE(good("ZOE.MILLER@hillside.example!"));
  EXPECT_FALSE(good("zoe.miller123"));
  EXPECT_FALSE(good("123zoe.millerabc"));
  EXPECT_TRUE(good("zoe.miller likes turquoise"));
}

TEST(PasswordRules, RefuseBytesThatCannotBeTyped) {
  EXPECT_FALSE(good(std::string("turquoise\0lamp brush", 20)));
  EXPECT_FALSE(good("turquoise\nlamp brush"));
  EXPECT_FALSE(good("turquoise lamp \x7f brush"));
}

TEST(PasswordRules, SayWhatToDoAndNeverQuote) {
  const auto refused = check_new_password(base::Secret("password1234"), "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().message.find("password1234"), std::string::npos);
}

TEST(BcryptInput, DependsOnEveryByte) {
  const auto input = [](std::string text) { return bcrypt_input(base::Secret(std::move(text))).expose(); };
  const std::string long_one(80, 'a');
  EXPECT_NE(input(long_one + "b"), input(long_one + "c"));
  EXPECT_NE(input(std::string("abc\0def", 7)), input(std::string("abc\0xyz", 7)));
  EXPECT_NE(input(""), input(std::string("\0", 1)));
  for (const auto& text : {std::string(), long_one, std::string("a\0b", 3), std::string(1024, '\xff')}) {
    EXPECT_EQ(input(text).size(), 43U);
    EXPECT_EQ(input(text).find('\0'), std::string::npos);
  }
}

TEST(Email, HasOneSpelling) {
  EXPECT_EQ(normal_email(" Zoe.Miller@Hillside.Example "), "zoe.miller@hillside.example");
  EXPECT_EQ(normal_email("a+b_c@x-y.co.uk"), "a+b_c@x-y.co.uk");
}

TEST(Email, RefusesWhatCouldBreakOutOfAHeader) {
  for (const std::string text : {"",
                                 "@",
                                 "a@",
                                 "@b.c",
                                 "a@b",
                                 "a b@c.d",
                                 "a@b.c\r\nBcc: x@y.z",
                                 "a@b.c\n",
                                 "a@@b.c",
                                 "a@b@c.d",
                                 "a..b@c.d",
                                 ".a@b.c",
                                 "a.@b.c",
                                 "a@-b.c",
                                 "a@b-.c",
                                 "a@b..c",
                                 "a@.b.c",
                                 "\"a b\"@c.d",
                                 "a@[192.0.2.1]",
                                 "<a@b.c>",
                                 "a@b.c,d@e.f",
                                 "zo\xc3\xab@b.c",
                                 "a@b.c\t"})
    EXPECT_FALSE(normal_email(text)) << text;
  EXPECT_FALSE(normal_email(std::string("a\0b@c.d", 7)));
  EXPECT_FALSE(normal_email(std::string(65, 'a') + "@b.c"));
  EXPECT_FALSE(normal_email("a@" + std::string(64, 'b') + ".c"));
}

}  // namespace frontdesk::credentials
