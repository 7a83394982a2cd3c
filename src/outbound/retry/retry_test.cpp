#include "outbound/retry/retry.hpp"

#include <gtest/gtest.h>

namespace frontdesk::retry {
namespace {

constexpr base::UtcTime kNow{784111777'000};  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(retry_after("120", kNow), base::seconds(120));
  EXPECT_EQ(retry_after("0", kNow), base::seconds(0));
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", kNow), base::seconds(60));
  EXPECT_EQ(retry_after("Sun, 06 Nov 1994 08:48:37 GMT", kNow), base::seconds(0)) << "in the past";
  EXPECT_EQ(retry_after("2000000000", kNow), kLongestRetryAfter);
}

TEST(RetryAfter, NonsenseIsNothing) {
  for (const auto* text : {"", "-1", "+5", "1.5", "99999999999999999999", "soon", "Sun, 99 Nov 1994 08:50:37 GMT",
                           "Sun, 06 Foo 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "5 "})
    EXPECT_FALSE(retry_after(text, kNow)) << text;
}

TEST(StatusErrors, SayWhetherToTryAgain) {
  using base::Retry;
  for (const int status : {408, 409, 425, 429, 500, 502, 503, 504, 507, 599})
    EXPECT_EQ(error_of_status(status, "s3", "it").retry, Retry::later) << status;
  for (const int status : {301, 400, 401, 402, 403, 404, 410, 412, 413, 416, 418, 422, 431, 501, 505})
    EXPECT_EQ(error_of_status(status, "s3", "it").retry, Retry::never) << status;
  const auto error = error_of_status(429, "llm.x", "the provider");
  EXPECT_EQ(error.code, base::ErrorCode::resource_exhausted);
  EXPECT_EQ(error.detail, 429);
  EXPECT_EQ(error.message, "the provider asks to slow down (HTTP 429)");
}

TEST(Backoff, DoublesWithinAFifthAndStopsGrowing) {
  base::Random random(7);
  const Backoff backoff{base::seconds(2), base::seconds(30)};
  base::Duration expected = base::seconds(2);
  for (int failures = 1; failures <= 60; ++failures) {
    const auto wait = backoff.wait(failures, random);
    EXPECT_GE(wait, expected * 8 / 10) << failures;
    EXPECT_LE(wait, expected * 12 / 10) << failures;
    expected = std::min<base::Duration>(expected * 2, base::seconds(30));
  }
}

}  // namespace
}  // namespace frontdesk::retry
