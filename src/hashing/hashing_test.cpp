#include "hashing/hashing.hpp"

#include <gtest/gtest.h>

namespace frontdesk::hashing {
namespace {

TEST(Hashing, KnowsTheStandardsOwnExamples) {
  EXPECT_EQ(hex(view(sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(view(sha256(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(view(md5("abc"))), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Hashing, HmacFollowsRfc4231) {
  EXPECT_EQ(hex(view(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(view(hmac_sha256(std::string(20, '\x0b'), "Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(Hashing, PiecesGiveTheHashOfTheWhole) {
  RunningSha256 running;
  running.add("a");
  running.add("");
  running.add("bc");
  EXPECT_EQ(running.finish(), sha256("abc"));
}

TEST(Hashing, Base64PadsAsRfc4648Says) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\xff\xfe\0", 3)), "//4A");
}

TEST(Hashing, SecretsAreTheSameOnlyIfAllOfThemIs) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
}

}  // namespace
}  // namespace frontdesk::hashing
