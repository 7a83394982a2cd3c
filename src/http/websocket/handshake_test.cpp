#include "http/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace frontdesk::websocket {
namespace {

TEST(HandshakeTest, TheRfcsOwnExample) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(HandshakeTest, KeysThatAreNotSixteenBytesAreRefused) {
  for (const auto* key : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZ!==",
                          "dGhlIHNhbXBsZSBub25jZVVV", "dGhlIHNhbXBsZSBub25jZQ==AAAA"})
    EXPECT_FALSE(accept_key(key)) << key;
}

TEST(HandshakeTest, TokensAreFoundInListsInAnyCase) {
  EXPECT_TRUE(names_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_FALSE(names_token("keep-alive, Upgrades", "upgrade"));
  EXPECT_FALSE(names_token("", "upgrade"));
}

TEST(HandshakeTest, OurFirstProtocolThatIsOfferedIsChosen) {
  const std::vector<std::string> ours{"frontdesk.v1", "frontdesk.v0"};
  EXPECT_EQ(choose_protocol("chat, frontdesk.v0,frontdesk.v1", ours), "frontdesk.v1");
  EXPECT_EQ(choose_protocol("chat", ours), "");
}

}  // namespace
}  // namespace frontdesk::websocket
