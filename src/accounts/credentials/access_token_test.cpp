#include "accounts/credentials/access_token.hpp"

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::credentials {
namespace {

constexpr base::UtcTime kNow{1'800'000'000'000};
const Expected kExpected{"https://desk.example", "frontdesk"};

SigningKey key(const std::string& kid, char fill) {
  return {kid, base::Secret(std::string(32, fill))};
}

base::UtcTime after(std::int64_t seconds) {
  return {kNow.unix_ms + seconds * 1000};
}

Claims claims() {
  return {kExpected.issuer, kExpected.audience, "user_1", "org_1", "session_1", kNow, kNow, after(900)};
}

std::string b64(std::string_view text) {
  return crypto::base64url(crypto::bytes_of(text));
}

/// Correctly signed, with whatever header and payload.
std::string forged(std::string_view header, std::string_view payload, const SigningKey& with) {
  const auto input = b64(header) + "." + b64(payload);
  return input + "." + signature(input, with.bytes);
}

class AccessToken : public testing::Test {
 protected:
  base::Result<Claims> check(std::string_view token, base::UtcTime now = kNow) const {
    return verify(token, keys, kExpected, now);
  }
  std::vector<SigningKey> keys{key("k1", 'a'), key("k2", 'b')};
  const std::string header = R"({"alg":"HS256","kid":"k1","typ":"at+jwt"})";
  const std::string payload =
      R"({"iss":"https://desk.example","aud":"frontdesk","sub":"user_1","org":"org_1","sid":"session_1",)"
      R"("iat":1800000000,"nbf":1800000000,"exp":1800000900})";
};

}  // namespace

// RFC 7515, appendix A.1, which is also the example of RFC 7519, section 3.1.
TEST(Signature, OfTheStandard) {
  const auto bytes =
      crypto::from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  ASSERT_TRUE(bytes);
  const base::Secret secret(std::string(bytes->begin(), bytes->end()));
  EXPECT_EQ(
      signature("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6"
                "Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
                secret),
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST_F(AccessToken, ComesBackAsItWasSigned) {
  const auto read = check(sign(claims(), keys[0]));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->subject, "user_1");
  EXPECT_EQ(read->organisation, "org_1");
  EXPECT_EQ(read->session, "session_1");
  EXPECT_EQ(read->expires, after(900));
  EXPECT_TRUE(check(forged(header, payload, keys[0])));  // so that what follows fails for its own reason
}

TEST_F(AccessToken, OutlivesARotationUntilItsKeyIsTakenAway) {
  const auto old = sign(claims(), keys[0]);
  const auto fresh = sign(claims(), keys[1]);
  EXPECT_TRUE(check(old));
  EXPECT_TRUE(check(fresh));
  keys.erase(keys.begin());
  EXPECT_FALSE(check(old));
  EXPECT_TRUE(check(fresh));
}

TEST_F(AccessToken, RefusesEveryHeaderButItsOwn) {
  for (const auto* other : {R"({"alg":"none","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"None","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"nOnE"})",
                            R"({"alg":"","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"HS384","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"HS512","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"RS256","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"ES256","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"hs256","kid":"k1","typ":"at+jwt"})",
                            R"({"alg":"HS256","kid":"k2","typ":"at+jwt"})",  // another key's name over this key's MAC
                            R"({"alg":"HS256","kid":"k3","typ":"at+jwt"})",
                            R"({"alg":"HS256","typ":"at+jwt"})",
                            R"({"alg":"HS256","kid":"","typ":"at+jwt"})",
                            R"({"alg":"HS256","kid":["k1"],"typ":"at+jwt"})",
                            R"({"alg":"HS256","kid":"../k1","typ":"at+jwt"})",
                            R"({"alg":"HS256","kid":"k1","typ":"JWT"})",
                            R"({"alg":"HS256","kid":"k1","typ":"at+jwt","crit":["exp"]})",
                            R"({"alg":"HS256","kid":"k1","typ":"at+jwt","jwk":{"kty":"oct","k":"YQ"}})",
                            R"({"alg":"HS256","kid":"k1","typ":"at+jwt","jku":"https://evil.example/"})",
                            R"({"alg":"HS256","kid":"k1","typ":"at+jwt","zip":"DEF"})",
                            R"({"alg":"none","alg":"HS256","kid":"k1","typ":"at+jwt"})",
                            R"({"kid":"k1","alg":"HS256","typ":"at+jwt"})",
                            R"( {"alg":"HS256","kid":"k1","typ":"at+jwt"})",
                            "",
                            "{}",
                            "[]",
                            "null",
                            "HS256"})
    EXPECT_FALSE(check(forged(other, payload, keys[0]))) << other;
}

TEST_F(AccessToken, RefusesTheUnsecuredTokenOfTheStandard) {
  // RFC 7519, section 6.1.
  EXPECT_FALSE(
      check("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1"
            "9yb290Ijp0cnVlfQ."));
}

TEST_F(AccessToken, RefusesEverySingleChangedCharacter) {
  const auto token = sign(claims(), keys[0]);
  for (std::size_t i = 0; i < token.size(); ++i)
    for (const char c : {'A', 'b', '.', '=', '\0'}) {
      auto changed = token;
      changed[i] = changed[i] == c ? 'x' : c;
      EXPECT_FALSE(check(changed)) << i;
    }
  for (std::size_t length = 0; length < token.size(); ++length) EXPECT_FALSE(check(token.substr(0, length))) << length;
}

TEST_F(AccessToken, RefusesOtherSpellingsOfAGoodToken) {
  const auto token = sign(claims(), keys[0]);
  for (const auto& other :
       {token + "=", token + ".", token + " ", " " + token, token + "\n", "." + token, token + token, "Bearer " + token,
        token.substr(0, token.rfind('.')), token.substr(0, token.rfind('.') + 1)})
    EXPECT_FALSE(check(other)) << other;
  EXPECT_FALSE(check(std::string(10'000'000, '.')));
  EXPECT_FALSE(check(token + std::string(kLongestAccessToken, 'A')));
}

TEST_F(AccessToken, RefusesPayloadsThatAreSignedButNotOurs) {
  for (
      const auto* other :
      {"", "{}", "[]", "null", "{", R"("text")",
       R"({"iss":"https://evil.example","aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":1800000900})",
       R"({"iss":"https://desk.example","aud":"other","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":1800000900})",
       R"({"iss":"https://desk.example","aud":["frontdesk"],"sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":1800000900})",
       R"({"aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":1800000900})",
       R"({"iss":"https://desk.example","aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000})",
       R"({"iss":"https://desk.example","aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":"1800000900"})",
       R"({"iss":"https://desk.example","aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":1800000900.5})",
       R"({"iss":"https://desk.example","aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":-1,"nbf":-1,"exp":1800000900})",
       R"({"iss":"https://desk.example","aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":9223372036854775807})",
       R"({"iss":"https://desk.example","aud":"frontdesk","sub":"u","org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":1800086401})",
       R"({"iss":"https://desk.example","aud":"frontdesk","sub":7,"org":"o","sid":"s","iat":1800000000,"nbf":1800000000,"exp":1800000900})"})
    EXPECT_FALSE(check(forged(header, other, keys[0]))) << other;
}

TEST_F(AccessToken, KeepsItsTimes) {
  const auto token = sign(claims(), keys[0]);
  EXPECT_TRUE(check(token, after(900)));
  EXPECT_TRUE(check(token, after(929)));
  EXPECT_FALSE(check(token, after(930)));
  EXPECT_TRUE(check(token, after(-30)));
  EXPECT_FALSE(check(token, after(-31)));
  auto late = claims();
  late.not_before = after(60);
  EXPECT_FALSE(check(sign(late, keys[0])));
}

TEST_F(AccessToken, RefusesAShortKey) {
  keys[0].bytes = base::Secret("short");
  EXPECT_FALSE(check(forged(header, payload, keys[0])));
  EXPECT_THROW((void)sign(claims(), keys[0]), std::logic_error);
}

TEST_F(AccessToken, SaysTheSameOfEveryForgery) {
  const auto bad_key = check(forged(header, payload, keys[1]));
  const auto bad_form = check("nonsense");
  ASSERT_FALSE(bad_key);
  ASSERT_FALSE(bad_form);
  EXPECT_EQ(bad_key.error(), bad_form.error());
}

}  // namespace frontdesk::credentials
