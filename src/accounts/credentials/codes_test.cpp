#include <gtest/gtest.h>

#include <set>

#include "accounts/credentials/api_token.hpp"
#include "accounts/credentials/one_time_token.hpp"
#include "accounts/credentials/totp.hpp"
#include "crypto/digest.hpp"

namespace frontdesk::credentials {
namespace {

const auto kSecret = crypto::bytes_of("12345678901234567890");  // of both standards

base::UtcTime at(std::int64_t seconds) {
  return {seconds * 1000};
}

Entropy entropy(std::uint8_t fill) {
  Entropy bytes;
  bytes.fill(fill);
  return bytes;
}

}  // namespace

// RFC 4226, appendix D.
TEST(Hotp, OfTheStandard) {
  const std::array expected = {"755224", "287082", "359152", "969429", "338314",
                               "254676", "287922", "162583", "399871", "520489"};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(hotp(kSecret, i), expected.at(i));
}

// RFC 6238, appendix B, SHA-1.
TEST(Totp, OfTheStandard) {
  const std::vector<std::pair<std::int64_t, std::string>> expected = {{59, "94287082"},
                                                                      {1'111'111'109, "07081804"},
                                                                      {1'111'111'111, "14050471"},
                                                                      {1'234'567'890, "89005924"},
                                                                      {2'000'000'000, "69279037"},
                                                                      {20'000'000'000, "65353130"}};
  for (const auto& [seconds, code] : expected) {
    EXPECT_EQ(hotp(kSecret, static_cast<std::uint64_t>(totp_step(at(seconds))), 8), code);
    EXPECT_TRUE(accepted_step(kSecret, code.substr(2), at(seconds), 0)) << seconds;
  }
}

TEST(Totp, CountsOneStepToEitherSide) {
  constexpr std::int64_t kNow = 1'800'000'015;
  const auto step = totp_step(at(kNow));
  for (int away = -3; away <= 3; ++away) {
    const auto code = hotp(kSecret, static_cast<std::uint64_t>(step + away));
    EXPECT_EQ(accepted_step(kSecret, code, at(kNow), 0).has_value(), away >= -1 && away <= 1) << away;
  }
}

TEST(Totp, TakesEachCodeOnceAndNoneBeforeIt) {
  const auto now = at(1'800'000'015);
  const auto step = totp_step(now);
  const auto code = hotp(kSecret, static_cast<std::uint64_t>(step));
  ASSERT_EQ(accepted_step(kSecret, code, now, step - 1), step);
  EXPECT_FALSE(accepted_step(kSecret, code, now, step));
  EXPECT_FALSE(accepted_step(kSecret, hotp(kSecret, static_cast<std::uint64_t>(step - 1)), now, step));
  EXPECT_EQ(accepted_step(kSecret, hotp(kSecret, static_cast<std::uint64_t>(step + 1)), now, step), step + 1);
}

TEST(Totp, RefusesWhatIsNoCode) {
  const auto now = at(1'800'000'015);
  const auto code = hotp(kSecret, static_cast<std::uint64_t>(totp_step(now)));
  EXPECT_TRUE(accepted_step(kSecret, code.substr(0, 3) + " " + code.substr(3), now, 0));
  for (const auto& other : {std::string(), code.substr(1), "0" + code, code + "0", code + '\0', std::string("abcdef"),
                            std::string(100'000, '1'), "-" + code.substr(1)})
    EXPECT_FALSE(accepted_step(kSecret, other, now, 0));
  EXPECT_FALSE(accepted_step(kSecret, "755224", at(-100), 0));
}

TEST(Totp, TellsTheAppWhatItNeeds) {
  EXPECT_EQ(provisioning_uri(crypto::bytes_of("12345"), "Hillside & Co", "zoe@x.example").expose(),
            "otpauth://totp/Hillside%20%26%20Co:zoe%40x.example?secret=GEZDGNBV&issuer=Hillside%20%26%20Co&algorithm="
            "SHA1&digits=6&period=30");
}

TEST(OneTimeToken, IsGoodOnceAndInTime) {
  OneTimeToken token{at(100), {}, 0};
  EXPECT_TRUE(is_usable(token, at(99)));
  EXPECT_FALSE(is_usable(token, at(100)));
  token.tries = kMostTries;
  EXPECT_FALSE(is_usable(token, at(1)));
  token = {at(100), at(1), 0};
  EXPECT_FALSE(is_usable(token, at(2)));
}

TEST(OneTimeToken, OfOneKindIsNoneOfAnother) {
  const auto text = token_text(entropy(7)).expose();
  EXPECT_EQ(text.size(), 43U);
  std::set<std::string> digests;
  for (const auto kind : {TokenKind::verify_email, TokenKind::reset_password, TokenKind::invitation,
                          TokenKind::first_owner, TokenKind::second_factor})
    digests.insert(token_digest(name(kind), text));
  EXPECT_EQ(digests.size(), 5U);
  for (const auto& each : digests) EXPECT_EQ(each.find(text), std::string::npos);
}

TEST(RecoveryCode, IsReadAsPeopleTypeIt) {
  const auto code = recovery_code(entropy(0xa5)).expose();
  EXPECT_EQ(code.size(), 19U);
  auto typed = code;
  for (auto& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  EXPECT_EQ(normal_recovery_code(code), normal_recovery_code(typed));
  EXPECT_FALSE(normal_recovery_code("123456"));
  EXPECT_FALSE(normal_recovery_code(code + "A"));
  EXPECT_FALSE(normal_recovery_code("0000-0000-0000-0000"));
}

TEST(ApiToken, HasAPrefixAndAChecksum) {
  const auto token = make_api_token(entropy(0xff)).expose();
  EXPECT_EQ(token.size(), kApiTokenLength);
  EXPECT_TRUE(token.starts_with("fd_"));
  EXPECT_TRUE(is_api_token(token));
  EXPECT_EQ(api_token_hint(token).size(), 7U);
  EXPECT_TRUE(is_api_token(make_api_token(entropy(0)).expose()));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto mistyped = token;
    mistyped[i] = mistyped[i] == 'Q' ? 'R' : 'Q';
    EXPECT_FALSE(is_api_token(mistyped)) << i;
  }
  EXPECT_FALSE(is_api_token(token.substr(0, 51)));
  EXPECT_FALSE(is_api_token(token + "0"));
  EXPECT_FALSE(is_api_token(""));
}

TEST(ApiToken, MayDoNoMoreThanItsMaker) {
  const auto scopes = check_scopes({"calls.read", "messages.read", "calls.read"}, access::Role::viewer);
  ASSERT_TRUE(scopes);
  EXPECT_EQ(*scopes, (std::vector<std::string>{"calls.read", "messages.read"}));
  const auto more = check_scopes({"calls.read", "keys.write"}, access::Role::editor);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, base::ErrorCode::permission_denied);
  EXPECT_FALSE(check_scopes({"calls.everything"}, access::Role::owner));
  EXPECT_FALSE(check_scopes({"*"}, access::Role::owner));
  EXPECT_FALSE(check_scopes({}, access::Role::owner));
}

}  // namespace frontdesk::credentials
