#include "base/endpoint.hpp"

#include <gtest/gtest.h>

namespace frontdesk::base {

TEST(Endpoint, ParsesAndPrints) {
  EXPECT_EQ(to_string(*parse_endpoint("127.0.0.1:5060")), "127.0.0.1:5060");
  EXPECT_EQ(to_string(*parse_endpoint("[2001:db8::1]:5061")), "[2001:db8::1]:5061");
  EXPECT_TRUE(parse_endpoint("127.0.0.1:5060")->is_loopback());
  EXPECT_TRUE(parse_address("::1")->is_loopback());
  EXPECT_FALSE(parse_address("192.0.2.1")->is_loopback());
}

TEST(Endpoint, RefusesWhatIsNotNumeric) {
  for (const char* bad :
       {"", "5060", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "host:5060", "1:2:3", "::1:5060", "127.0.0.1:5x"})
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
}

}  // namespace frontdesk::base
