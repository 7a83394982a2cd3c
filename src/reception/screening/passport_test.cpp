#include "reception/screening/passport.hpp"

#include <gtest/gtest.h>

namespace frontdesk::screening {
namespace {

constexpr base::UtcTime kNow{1'760'000'000'000};
constexpr std::string_view kCaller = "+442079460000";
constexpr std::string_view kCalled = "+443335550100";

std::string base64url(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kDigits[bits >> (count - 6) & 63U];
  }
  if (count > 0) out += kDigits[bits << (6 - count) & 63U];
  return out;
}

std::string identity(const std::string& payload) {
  return base64url(R"({"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"https://cert.example/a.pem"})") + "." +
         base64url(payload) + ".c2lnbmF0dXJl;info=<https://cert.example/a.pem>;alg=ES256;ppt=shaken";
}

std::string payload(const std::string& attest, std::int64_t issued, const std::string& original = "442079460000",
                    const std::string& called = "443335550100") {
  return R"({"attest":")" + attest + R"(","dest":{"tn":[")" + called + R"("]},"iat":)" + std::to_string(issued) +
         R"(,"orig":{"tn":")" + original + R"("},"origid":"1"})";
}

std::string judged(const std::string& value) {
  return judge_passports({value}, kCaller, kCalled, kNow);
}

}  // namespace

TEST(Passport, ReadsWhatShakenSays) {
  const auto passport = parse_passport(identity(payload("B", 1'760'000'000)));
  ASSERT_TRUE(passport);
  EXPECT_EQ(passport->claims, Attestation::b);
  EXPECT_EQ(passport->original, "442079460000");
  EXPECT_EQ(passport->destinations, (std::vector<std::string>{"443335550100"}));
  EXPECT_EQ(passport->issued, kNow);
}

/// The example of RFC 8588, section 4, as it is printed there.
TEST(Passport, ReadsTheExampleOfTheStandard) {
  const auto passport = parse_passport(
      identity(R"({"attest":"A","dest":{"tn":["12155551213"]},"iat":1443208345,"orig":{"tn":"12155551212"},)"
               R"("origid":"123e4567-e89b-12d3-a456-426655440000"})"));
  ASSERT_TRUE(passport);
  EXPECT_EQ(passport->claims, Attestation::a);
  EXPECT_EQ(passport->original, "12155551212");
}

TEST(Passport, SaysWhatItIsWorthAndNeverThatItWasVerified) {
  constexpr std::int64_t kSecond = 1'760'000'000;
  EXPECT_EQ(judge_passports({}, kCaller, kCalled, kNow), "");
  EXPECT_EQ(judged(identity(payload("A", kSecond))),
            "a signed statement gives full attestation (A); its signature was not verified by us");
  const std::string tail = "; its signature was not verified by us";
  const std::string gives = "a signed statement gives full attestation (A), ";
  EXPECT_EQ(judged(identity(payload("A", kSecond - 60))).find("older"), std::string::npos) << "just fresh";
  EXPECT_EQ(judged(identity(payload("A", kSecond - 61))), gives + "but it is older than a minute" + tail);
  EXPECT_EQ(judged(identity(payload("A", kSecond + 61))), gives + "but it is dated in the future" + tail);
  EXPECT_EQ(judged(identity(payload("A", kSecond, "442079460001"))), gives + "but for another caller's number" + tail);
  EXPECT_EQ(judged(identity(payload("A", kSecond, "442079460000", "44"))),
            gives + "but for a call to another number" + tail);
  EXPECT_EQ(judge_passports({identity(payload("A", kSecond))}, "", kCalled, kNow),
            gives + "but for another caller's number" + tail)
      << "withheld";
  EXPECT_EQ(judged(identity(payload("Z", kSecond))), "a signed statement gives no attestation" + tail);
}

TEST(Passport, TakesTheOneThatAttestsBesideThatOfADiversion) {
  const auto div =
      identity(R"({"dest":{"tn":["443335550100"]},"div":{"tn":"441"},"iat":1760000000,"orig":{"tn":"442079460000"}})");
  const auto shaken = identity(payload("C", 1'760'000'000));
  for (const auto& order : {std::vector<std::string_view>{div, shaken}, std::vector<std::string_view>{shaken, div}})
    EXPECT_NE(judge_passports(order, kCaller, kCalled, kNow).find("(C)"), std::string::npos);
}

TEST(Passport, RefusesWhatIsNotWhole) {
  const auto good = payload("A", 1'760'000'000);
  for (const std::string& bad :
       {std::string(), std::string("a"), std::string(".."), std::string("..c2ln;info=<x>"), std::string("a.b.c"),
        identity("[]"), identity("{}"), identity("{\"iat\":-1,\"orig\":{\"tn\":\"1\"}}"),
        identity("{\"iat\":99999999999999,\"orig\":{\"tn\":\"1\"}}"), identity("{\"iat\":1.5,\"orig\":{\"tn\":\"1\"}}"),
        identity("{\"iat\":\"1\",\"orig\":{\"tn\":\"1\"}}"), identity("{\"iat\":1,\"orig\":{\"tn\":[\"1\",\"2\"]}}"),
        identity("{\"iat\":1,\"orig\":\"1\"}"), identity(std::string(2000, '[')),
        identity(good).substr(0, identity(good).find('.') + 20), std::string(9000, 'A') + ".e30.e30"}) {
    EXPECT_FALSE(parse_passport(bad)) << bad.substr(0, 60);
    EXPECT_EQ(judged(bad), "a signed statement came that cannot be read");
  }
  // Damaged by one byte anywhere, it is read or refused, and never more than that.
  for (std::size_t i = 0; i < identity(good).size(); ++i) {
    auto damaged = identity(good);
    damaged[i] = static_cast<char>(damaged[i] ^ 0x15);
    EXPECT_FALSE(judged(damaged).empty());
  }
}

}  // namespace frontdesk::screening
