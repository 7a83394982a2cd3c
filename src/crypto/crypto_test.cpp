#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::crypto {
namespace {

std::string text_of(const std::optional<std::vector<std::uint8_t>>& bytes) {
  return bytes ? std::string(bytes->begin(), bytes->end()) : "(refused)";
}

}  // namespace

TEST(Digest, Sha256OfTheStandard) {
  EXPECT_EQ(hex(sha256(bytes_of("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(Bytes{})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231, test cases 1, 2, 4 and 6; RFC 2202, test case 2.
TEST(Digest, HmacOfTheStandards) {
  EXPECT_EQ(hex(hmac_sha256(std::vector<std::uint8_t>(20, 0x0b), bytes_of("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(*from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"),
                            std::vector<std::uint8_t>(50, 0xcd))),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  EXPECT_EQ(hex(hmac_sha256(std::vector<std::uint8_t>(131, 0xaa),
                            bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex(hmac_sha1(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex(hmac_sha256(Bytes{}, Bytes{})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, EqualLooksAtEveryByteAndAtTheLength) {
  EXPECT_TRUE(equal("secret", "secret"));
  EXPECT_FALSE(equal("secret", "Secret"));
  EXPECT_FALSE(equal("secret", "secreT"));
  EXPECT_FALSE(equal("secret", std::string_view("secret\0", 7)));
  EXPECT_FALSE(equal("secret", ""));
  EXPECT_TRUE(equal("", ""));
}

TEST(Digest, Crc32OfTheUsualText) {
  EXPECT_EQ(crc32("123456789"), 0xcbf43926U);
}

// RFC 4648, section 10.
TEST(Encoding, WritesTheVectorsOfTheStandard) {
  EXPECT_EQ(base32(bytes_of("foobar")), "MZXW6YTBOI");
  EXPECT_EQ(base32(bytes_of("fooba")), "MZXW6YTB");
  EXPECT_EQ(base64url(bytes_of("foob")), "Zm9vYg");
  EXPECT_EQ(base64url(*from_hex("fbff")), "-_8");
  for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    EXPECT_EQ(text_of(from_base64url(base64url(bytes_of(text)))), text);
    EXPECT_EQ(text_of(from_base32(base32(bytes_of(text)))), text);
    EXPECT_EQ(text_of(from_hex(hex(bytes_of(text)))), text);
  }
  EXPECT_EQ(text_of(from_base32("mzxw6ytboi")), "foobar");
}

// A second text for the same bytes would be a second token for the same right.
TEST(Digest, Md5OfTheStandard) {
  EXPECT_EQ(hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Digest, PiecesGiveTheDigestOfTheWhole) {
  RunningSha256 running;
  running.add("a");
  running.add("");
  running.add("bc");
  EXPECT_EQ(running.finish(), sha256("abc"));
}

TEST(Encoding, Base64IsPadded) {
  EXPECT_EQ(base64({}), "");
  EXPECT_EQ(base64(bytes_of("f")), "Zg==");
  EXPECT_EQ(base64(bytes_of("fo")), "Zm8=");
  EXPECT_EQ(base64(bytes_of("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64(std::vector<std::uint8_t>{0xff, 0xfe, 0}), "//4A");
}

TEST(Encoding, RefusesEveryOtherSpelling) {
  for (const std::string_view text : {"Zm9vYg==", "Zm9vYh", "Zm9vY", "Z", "Zm9v Yg", "Zm9vYg\n", "Zm+v", "Zm/v"})
    EXPECT_FALSE(from_base64url(text)) << text;
  for (const std::string_view text : {"MZXW6YTBOI======", "M", "MZX", "MZXW6YTBOJ", "1", "MZXW 6YT"})
    EXPECT_FALSE(from_base32(text)) << text;
  for (const std::string_view text : {"a", "AB", "0x", "a b"}) EXPECT_FALSE(from_hex(text)) << text;
}

TEST(Encoding, Base62IsTheNumber) {
  EXPECT_EQ(base62(*from_hex("00"), 1), "0");
  EXPECT_EQ(base62(*from_hex("3d"), 2), "0z");
  EXPECT_EQ(base62(*from_hex("3e"), 2), "10");
  EXPECT_EQ(base62(std::vector<std::uint8_t>(32, 0xff), 43).size(), 43U);
  EXPECT_NE(base62(std::vector<std::uint8_t>(32, 0xff), 43).front(), '0');
  EXPECT_FALSE(is_base62("abc-"));
}

}  // namespace frontdesk::crypto
