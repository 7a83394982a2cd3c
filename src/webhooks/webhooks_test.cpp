#include <gtest/gtest.h>

#include "webhooks/schedule.hpp"
#include "webhooks/signature.hpp"

namespace frontdesk::webhooks {
namespace {

constexpr base::UtcTime kNow{1'700'000'000'000};
const std::vector<base::Secret> kOne{base::Secret("whsec_example_0123456789")};
const std::vector<base::Secret> kTwo{base::Secret("whsec_example_0123456789"), base::Secret("whsec_next_9876543210")};
constexpr std::string_view kBody = R"({"event":"call.ended","call":"call_1"})";

TEST(WebhookSignature, IsWhatTheGuideSays) {
  EXPECT_EQ(signature(kBody, kOne, kNow),
            "t=1700000000,v1=fbff268db624ad8bab88e0f614de57cc1d7469186e471448d5a41461e260016e");
  EXPECT_EQ(signature(kBody, kTwo, kNow),
            "t=1700000000,v1=fbff268db624ad8bab88e0f614de57cc1d7469186e471448d5a41461e260016e,v1="
            "2c5aee954527bded2d66011b25b8a01c65a2a7cc74658c8ae38b5a629503542b");
  EXPECT_EQ(signature("", kOne, kNow),
            "t=1700000000,v1=a2751c048db9c1d27cc13993e5c0ab74680c67b96cd0da6cbc591a715642dfae");
}

TEST(WebhookSignature, VerifiesWithAnySecretOfARotation) {
  const auto both = signature(kBody, kTwo, kNow);
  EXPECT_TRUE(verify(both, kBody, kOne, kNow));
  EXPECT_TRUE(verify(both, kBody, {kTwo[1]}, kNow));
  EXPECT_TRUE(verify(signature(kBody, kOne, kNow), kBody, kTwo, kNow));
  EXPECT_EQ(verify(both, kBody, {base::Secret("other")}, kNow).error().code, base::ErrorCode::unauthenticated);
  EXPECT_FALSE(verify(both, kBody, {}, kNow));
}

TEST(WebhookSignature, CoversBodyAndTime) {
  const auto good = signature(kBody, kOne, kNow);
  std::string changed(kBody);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify(good, changed, kOne, kNow)) << i;
    changed[i] = static_cast<char>(changed[i] ^ 1);
  }
  auto later = good;
  later.replace(2, 10, "1700000001");
  EXPECT_FALSE(verify(later, kBody, kOne, kNow));
}

TEST(WebhookSignature, IsGoodForFiveMinutesEitherWay) {
  const auto good = signature(kBody, kOne, kNow);
  const auto at = [&](std::int64_t seconds) { return verify(good, kBody, kOne, {kNow.unix_ms + seconds * 1000}); };
  EXPECT_TRUE(at(300));
  EXPECT_TRUE(at(-300));
  EXPECT_EQ(at(301).error().code, base::ErrorCode::out_of_range);
  EXPECT_EQ(at(-301).error().code, base::ErrorCode::out_of_range);
}

TEST(WebhookSignature, MalformedHeadersAreRefused) {
  for (const auto& header : {std::string(), std::string("t=1700000000"), std::string("v1=00"), std::string("t=,v1=00"),
                             std::string("t=x,v1=00"), std::string("t=-5,v1=00"), std::string("t=1700000000 ,v1=00"),
                             std::string("t=99999999999999999999,v1=00"), std::string("t=9999999999999,v1=00"),
                             std::string(2000, ','), "t=1700000000" + std::string(9 * 6, 'x')}) {
    const auto verdict = verify(header, kBody, kOne, kNow);
    ASSERT_FALSE(verdict) << header;
    EXPECT_EQ(verdict.error().code, base::ErrorCode::invalid_argument) << header;
  }
  EXPECT_FALSE(verify("t=1700000000,v1=", kBody, kOne, kNow));
}

Verdict after(int status, int attempts = 1, base::Duration since = base::Duration(0)) {
  base::Random random(1);
  Attempt attempt;
  attempt.status = status;
  return judge(attempt, attempts, since, random);
}

TEST(WebhookSchedule, SuccessIsAny2xx) {
  for (const int status : {200, 201, 202, 204, 299}) EXPECT_EQ(after(status).fate, Fate::delivered) << status;
  for (const int status : {0, 301, 302, 400, 401, 404, 408, 429, 500, 503})
    EXPECT_EQ(after(status).fate, Fate::again) << status;
  EXPECT_EQ(after(410).fate, Fate::dead);
  EXPECT_EQ(after(503).reason, "HTTP 503");
}

TEST(WebhookSchedule, ARefusedAddressIsNotTriedAgain) {
  base::Random random(1);
  Attempt attempt;
  attempt.error = base::Error{base::ErrorCode::permission_denied, "address_guard", "127.0.0.1 is a loopback address"};
  const auto verdict = judge(attempt, 1, {}, random);
  EXPECT_EQ(verdict.fate, Fate::dead);
  EXPECT_EQ(verdict.reason, "127.0.0.1 is a loopback address");
  attempt.error->code = base::ErrorCode::unavailable;
  EXPECT_EQ(judge(attempt, 1, {}, random).fate, Fate::again);
}

TEST(WebhookSchedule, LastsADayAndNoLonger) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    base::Random random(seed);
    Attempt attempt;
    attempt.status = 500;
    base::Duration since{0}, longest{0};
    int attempts = 1;
    for (auto verdict = judge(attempt, attempts, since, random); verdict.fate == Fate::again;
         verdict = judge(attempt, ++attempts, since, random)) {
      EXPECT_GE(verdict.wait, base::seconds(4));
      since += verdict.wait;
      longest = std::max(longest, verdict.wait);
    }
    EXPECT_LE(since, kGiveUpAfter);
    EXPECT_GE(since, std::chrono::hours(18)) << seed;
    EXPECT_LE(longest, std::chrono::hours(5));
    EXPECT_GE(attempts, 12);
    EXPECT_LE(attempts, 17);
  }
}

TEST(WebhookSchedule, RespectsWhatTheReceiverAsksFor) {
  base::Random random(1);
  Attempt attempt;
  attempt.status = 429;
  attempt.retry_after = std::chrono::minutes(7);
  EXPECT_EQ(judge(attempt, 1, {}, random).wait, std::chrono::minutes(7));
  attempt.retry_after = base::Duration(0);
  EXPECT_GE(judge(attempt, 1, {}, random).wait, base::seconds(4)) << "but not sooner";
  attempt.retry_after = std::chrono::hours(24);
  EXPECT_EQ(judge(attempt, 2, base::seconds(5), random).fate, Fate::dead);
}

}  // namespace
}  // namespace frontdesk::webhooks
