#include "app/door.hpp"

#include <gtest/gtest.h>

namespace frontdesk::app {
namespace {

http::Request from(const char* address) {
  http::Request request;
  request.method = "GET";
  request.host = "127.0.0.1:8080";
  request.peer = *base::parse_endpoint(address);
  return request;
}

TEST(Door, BeforeAnybodySignedUpItOpensToThisMachineAlone) {
  const auto door = door_of(std::make_shared<rest::LocalOwner>("org_local"), nullptr);
  const auto owner = door.identify(from("127.0.0.1:4000"));
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->organisation, "org_local");
  EXPECT_EQ(owner->role, access::Role::owner);
  const auto stranger = door.identify(from("192.0.2.7:4000"));
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, base::ErrorCode::unauthenticated);
  auto foreign = from("127.0.0.1:4000");
  foreign.headers = {{"Origin", "https://elsewhere.example"}};
  EXPECT_FALSE(door.identify(foreign)) << "a page of another site";
}

}  // namespace
}  // namespace frontdesk::app
