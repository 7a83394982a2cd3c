#include "rtp/srtp/fingerprint.hpp"

#include <gtest/gtest.h>

namespace frontdesk::srtp {
namespace {

std::string octets(std::size_t count, const std::string& octet = "4A") {
  std::string text = octet;
  for (std::size_t i = 1; i < count; ++i) text += ":" + octet;
  return text;
}

TEST(Fingerprint, IsReadAndWritten) {
  const auto parsed = parse_fingerprint("sha-256 " + octets(32));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->bytes, std::string(32, 'J'));
  EXPECT_EQ(fingerprint_text(*parsed), "sha-256 " + octets(32));
  EXPECT_EQ(parse_fingerprint("SHA-256  " + octets(32, "4a") + " "), parsed) << "letters of either case, more space";
  EXPECT_EQ(parse_fingerprint("sha-384 " + octets(48))->hash, FingerprintHash::sha_384);
  EXPECT_EQ(parse_fingerprint("sha-512 " + octets(64, "FF"))->bytes, std::string(64, '\xff'));
}

TEST(Fingerprint, OfAnotherShapeIsRefused) {
  for (const std::string& bad : std::vector<std::string>{
           "", "sha-256", "sha-256 ", octets(32), "sha-1 " + octets(20), "md5 " + octets(16), "sha-256 " + octets(31),
           "sha-256 " + octets(33), "sha-256 " + octets(32) + ":", "sha-256 " + octets(31) + ":4G",
           "sha-256 " + std::string(95, ':'), "sha-256 " + std::string(95, 'A'), "sha-384 " + octets(32),
           "sha-256x " + octets(32), "sha-256 " + std::string(100'000, 'A')}) {
    EXPECT_FALSE(parse_fingerprint(bad)) << bad.substr(0, 100);
  }
}

}  // namespace
}  // namespace frontdesk::srtp
