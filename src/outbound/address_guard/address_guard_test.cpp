#include "outbound/address_guard/address_guard.hpp"

#include <gtest/gtest.h>

namespace frontdesk::address_guard {
namespace {

base::Endpoint at(std::string_view text, std::uint16_t port = 443) {
  const auto parsed = base::parse_address(text, port);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(base::Endpoint{});
}

TEST(AddressGuard, LetsNoSpecialAddressThrough) {
  for (const auto* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "168.63.129.16",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.9",
                           "203.0.113.9",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::2",
                           "::7f00:1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "::ffff:0:127.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::808:808",
                           "100::1",
                           "2001::1",
                           "2001:0:53aa:64c::1",
                           "2001:2::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:db8::1",
                           "2002:7f00:1::1",
                           "2002:808:808::1",
                           "3fff::1",
                           "4000::1",
                           "5f00::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fdff::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "ff0e::1"}) {
    EXPECT_FALSE(why_not_public(at(text)).empty()) << text;
    const auto verdict = check(at(text), {});
    ASSERT_FALSE(verdict) << text;
    EXPECT_EQ(verdict.error().code, base::ErrorCode::permission_denied);
    EXPECT_EQ(verdict.error().retry, base::Retry::never);
  }
}

TEST(AddressGuard, LetsThePublicInternetThrough) {
  for (const auto* text : {"1.1.1.1",         "8.8.8.8",         "9.255.255.255",
                           "11.0.0.0",        "100.63.255.255",  "100.128.0.0",
                           "126.0.0.1",       "128.0.0.1",       "169.253.0.1",
                           "172.15.255.255",  "172.32.0.0",      "192.0.1.1",
                           "192.167.1.1",     "192.169.0.1",     "198.17.0.1",
                           "198.20.0.0",      "223.255.255.255", "2001:4860:4860::8888",
                           "2606:4700::1111", "2a00:1450::1",    "2003::1",
                           "64:ff9b::808:808"})
    EXPECT_TRUE(check(at(text), {})) << text;
}

TEST(AddressGuard, AnOperatorListsWhatIsMeant) {
  const Policy policy{{*parse_allowed("192.168.1.9:9000"), *parse_allowed("10.1.0.0/16"), *parse_allowed("fd00::/8")}};
  EXPECT_TRUE(check(at("192.168.1.9", 9000), policy));
  EXPECT_FALSE(check(at("192.168.1.9", 9001), policy));
  EXPECT_FALSE(check(at("192.168.1.8", 9000), policy));
  EXPECT_TRUE(check(at("10.1.255.1", 1), policy));
  EXPECT_FALSE(check(at("10.2.0.1", 1), policy));
  EXPECT_TRUE(check(at("fd12::1"), policy));
  EXPECT_FALSE(check(at("::ffff:10.1.0.1"), policy)) << "another form of it is another address";
}

TEST(AddressGuard, ReadsWhatIsListedStrictly) {
  EXPECT_EQ(parse_allowed("[::1]:80")->network.port, 80);
  EXPECT_EQ(parse_allowed("::1")->prefix, 128);
  for (const auto* text : {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.1:0",
                           "10.0.0.1:65536", "10.1/16", "::1/129"})
    EXPECT_FALSE(parse_allowed(text)) << text;
}

}  // namespace
}  // namespace frontdesk::address_guard
