#include "accounts/credentials/lock_out.hpp"

#include <gtest/gtest.h>

#include "accounts/credentials/allow_list.hpp"
#include "accounts/credentials/refresh_family.hpp"

namespace frontdesk::credentials {
namespace {

constexpr base::UtcTime kNow{1'800'000'000'000};

base::UtcTime later(base::Duration by) {
  return {kNow.unix_ms + base::to_ms(by)};
}

base::Endpoint at(std::string_view text) {
  return *base::parse_address(text, 443);
}

bool in(std::string_view network, std::string_view address) {
  return contains(*parse_network(network), at(address));
}

}  // namespace

TEST(LockOut, DelaysFromTheFifthAndLocksFromTheTenth) {
  Failures failures;
  for (int i = 1; i <= 4; ++i) failures = one_more(failures, kNow);
  EXPECT_EQ(failures.count, 4);
  EXPECT_EQ(next_try(failures, kPerAccount), kNow);
  std::int64_t before = 0;
  for (int i = 5; i <= 9; ++i) {
    failures = one_more(failures, kNow);
    const auto wait = next_try(failures, kPerAccount).unix_ms - kNow.unix_ms;
    EXPECT_EQ(wait, 2000 << (i - 5));
    EXPECT_GT(wait, before);
    before = wait;
  }
  failures = one_more(failures, kNow);
  EXPECT_EQ(failures.count, 10);
  EXPECT_EQ(next_try(failures, kPerAccount), later(minutes(15)));
  failures = one_more(failures, later(minutes(16)));  // a guess after the lock locks again
  EXPECT_EQ(next_try(failures, kPerAccount), later(minutes(31)));
}

TEST(LockOut, ForgetsAfterADay) {
  Failures failures{9, kNow};
  EXPECT_EQ(one_more(failures, later(hours(24))).count, 10);
  EXPECT_EQ(one_more(failures, later(hours(25))).count, 1);
}

TEST(LockOut, NeverWaitsLongerThanTheLockWhateverTheCount) {
  EXPECT_EQ(next_try({1'000'000, kNow}, kPerAccount), later(minutes(15)));
  const LockOutRule wide{1, 1'000'000, base::seconds(2), minutes(15)};
  EXPECT_EQ(next_try({999'999, kNow}, wide), later(minutes(15)));
}

TEST(LockOut, CountsACustomersIpv6NetworkAsOne) {
  EXPECT_EQ(source_of(at("2001:db8:1:2:3:4:5:6")), source_of(at("2001:db8:1:2:ffff::1")));
  EXPECT_NE(source_of(at("2001:db8:1:2::1")), source_of(at("2001:db8:1:3::1")));
  EXPECT_EQ(source_of(at("::ffff:192.0.2.1")), source_of(at("192.0.2.1")));
  EXPECT_NE(source_of(at("192.0.2.2")), source_of(at("192.0.2.1")));
}

TEST(AllowList, ReadsNetworks) {
  EXPECT_TRUE(in("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(in("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(in("192.0.2.128/25", "192.0.2.128"));
  EXPECT_FALSE(in("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(in("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(in("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(in("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(in("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(in("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(in("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(in("::/0", "2001:db8::1"));
  EXPECT_FALSE(in("::/0", "192.0.2.1"));
}

TEST(AllowList, SeesThroughMappedAddresses) {
  EXPECT_TRUE(in("192.0.2.0/24", "::ffff:192.0.2.9"));
  EXPECT_FALSE(in("::/0", "::ffff:192.0.2.9"));
  EXPECT_EQ(to_string(*parse_network("::ffff:192.0.2.0/120")), "192.0.2.0/24");
  EXPECT_FALSE(parse_network("::ffff:0:0/95"));
}

TEST(AllowList, RefusesWhatIsNoNetwork) {
  for (const auto* text : {"", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8",
                           "192.0.2.0/24 ", "192.0.2.0/024", "192.0.2/24", "2001:db8::/129", "example.com",
                           "192.0.2.0/24/8", "0x7f.1", "2130706433", "192.0.2.0/99999999999", "192.0.2.256"})
    EXPECT_FALSE(parse_network(text)) << text;
  const auto sloppy = parse_network("192.0.2.77/24");
  ASSERT_FALSE(sloppy);
  EXPECT_NE(sloppy.error().message.find("192.0.2.0/24"), std::string::npos);
}

TEST(AllowList, AnEmptyOneAllowsEverybody) {
  EXPECT_TRUE(allows({}, at("192.0.2.1")));
  const std::vector<Network> list = {*parse_network("10.0.0.0/8"), *parse_network("2001:db8::/32")};
  EXPECT_TRUE(allows(list, at("10.1.2.3")));
  EXPECT_TRUE(allows(list, at("2001:db8::9")));
  EXPECT_FALSE(allows(list, at("192.0.2.1")));
}

TEST(RefreshFamily, RotatesOnceAndEndsOnReuse) {
  const SessionLife session{kNow, {}};
  RefreshToken token{refresh_expiry(session, kNow), {}};
  EXPECT_EQ(judge(token, session, kNow), RefreshVerdict::rotate);
  token.used = kNow;
  EXPECT_EQ(judge(token, session, kNow), RefreshVerdict::reuse);
  EXPECT_EQ(judge(token, session, later(hours(24 * 400))), RefreshVerdict::reuse);  // old ones tell of theft as well
  const SessionLife over{kNow, kNow};
  EXPECT_EQ(judge(token, over, kNow), RefreshVerdict::revoked);
}

TEST(RefreshFamily, EndsWithIdlenessAndWithTheSession) {
  const SessionLife session{kNow, {}};
  const RefreshToken token{refresh_expiry(session, kNow), {}};
  EXPECT_EQ(judge(token, session, later(hours(30 * 24) - base::seconds(1))), RefreshVerdict::rotate);
  EXPECT_EQ(judge(token, session, later(hours(30 * 24))), RefreshVerdict::expired);
  EXPECT_EQ(refresh_expiry(session, later(hours(89 * 24))), session_end(session));
}

}  // namespace frontdesk::credentials
