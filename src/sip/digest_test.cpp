#include "sip/digest.hpp"

#include <gtest/gtest.h>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

std::string field(const std::string& line, const std::string& name) {
  const auto at = line.find(" " + name + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  if (line[begin] != '"') return line.substr(begin, line.find(',', begin) - begin);
  return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
}

TEST(Digest, Rfc2617Example) {
  const auto challenge = parse_challenge(
      "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
      "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
      false);
  ASSERT_TRUE(challenge);
  const auto line =
      authorization(*challenge, "Mufasa", base::Secret("Circle Of Life"), {"GET", "/dir/index.html", "0a4f113b", 1});
  EXPECT_EQ(line.rfind("Authorization: Digest username=\"Mufasa\"", 0), 0U);
  EXPECT_EQ(field(line, "response"), "6629fae49393a05397450978507c4ef1");
  EXPECT_EQ(field(line, "nc"), "00000001");
  EXPECT_EQ(field(line, "qop"), "auth");
  EXPECT_EQ(field(line, "opaque"), "5ccc069c403ebaf9f0171e9517f40e41");
  EXPECT_EQ(field(line, "algorithm"), "");
}

constexpr const char* kRfc7616 =
    "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=%s, "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

std::string rfc7616(const std::string& algorithm) {
  std::string value = kRfc7616;
  value.replace(value.find("%s"), 2, algorithm);
  const auto challenge = parse_challenge(value, false);
  EXPECT_TRUE(challenge);
  return authorization(*challenge, "Mufasa", base::Secret("Circle of Life"),
                       {"GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 1});
}

TEST(Digest, Rfc7616Examples) {
  EXPECT_EQ(field(rfc7616("MD5"), "response"), "8ca523f5e9506fed4657c9700eebdbec");
  const auto sha = rfc7616("SHA-256");
  EXPECT_EQ(field(sha, "response"), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
  EXPECT_EQ(field(sha, "algorithm"), "SHA-256");
}

TEST(Digest, WithoutQopAsInRfc2069) {
  // Computed by hand from section 3.2.2.1 of RFC 2617 with the parts of its example.
  const auto challenge =
      parse_challenge("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"", true);
  ASSERT_TRUE(challenge);
  const auto line =
      authorization(*challenge, "Mufasa", base::Secret("Circle Of Life"), {"GET", "/dir/index.html", "x", 1});
  EXPECT_EQ(line.rfind("Proxy-Authorization: Digest ", 0), 0U);
  EXPECT_EQ(field(line, "response"), "670fd8c2df070c60b045671b8b24ff02");
  EXPECT_EQ(line.find("qop"), std::string::npos);
  EXPECT_EQ(line.find("cnonce"), std::string::npos);
}

TEST(Digest, ChoosesTheStrongestAsRfc8760Asks) {
  const auto md5 = *parse_challenge("Digest realm=\"r\",nonce=\"1\",algorithm=MD5,qop=\"auth\"", false);
  const auto sha = *parse_challenge("Digest realm=\"r\",nonce=\"2\",algorithm=sha-256,qop=\"auth\"", false);
  const std::vector<DigestChallenge> both{md5, sha};
  EXPECT_EQ(strongest(both)->nonce, "2");
  EXPECT_EQ(strongest(std::span(both).first(1))->nonce, "1");
  EXPECT_EQ(strongest({}), nullptr);
}

TEST(Digest, RefusesWhatItCannotDo) {
  for (const char* value :
       {"", "Digest", "Basic realm=\"r\"", "Digest realm=\"r\"", "Digest nonce=\"n\"",
        "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\"",
        "Digest realm=\"r\", nonce=", "Digest ,,,,", "Digest realm=\"r, nonce=\"n\""}) {
    EXPECT_FALSE(parse_challenge(value, false)) << value;
  }
}

TEST(Digest, WithAuthIntTheBodyCountsAndAuthIsPreferred) {
  // Reference values made with another implementation of RFC 7616, section 3.4.3.
  const std::string start = "Digest realm=\"r\", nonce=\"n\", ";
  const auto md5 = *parse_challenge(start + "qop=\"auth-int\"", false);
  const DigestRequest request{"INVITE", "sip:r", "c", 1, "v=0\r\n"};
  const auto line = authorization(md5, "u", base::Secret("p"), request);
  EXPECT_EQ(field(line, "qop"), "auth-int");
  EXPECT_EQ(field(line, "response"), "f7990433aa5881b806220ec46a025d9f");
  const auto sha = *parse_challenge(start + "algorithm=SHA-256, qop=\"token, auth-int\"", false);
  EXPECT_EQ(field(authorization(sha, "u", base::Secret("p"), request), "response"),
            "48c9b5b41631cf9bfe76a879a521c0aeb843142a6838e13f7e8040daaac76c7c");
  // No body at all, as in REGISTER, is an empty one.
  EXPECT_EQ(field(authorization(md5, "u", base::Secret("p"), {"REGISTER", "sip:r", "c", 1}), "response"),
            "724f47d660f69cac8b3f6ad609bb56a5");
  EXPECT_EQ(parse_challenge(start + "qop=\"auth-int,auth\"", false)->protection, DigestProtection::auth);
}

TEST(Digest, TakesSpacesCaseAndEscapes) {
  const auto challenge =
      parse_challenge("  dIgEsT  REALM = \"a \\\"b\\\" c\" ,  nonce=abc , STALE=TRUE,x=\"y,z\"", false);
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->realm, "a \"b\" c");
  EXPECT_EQ(challenge->nonce, "abc");
  EXPECT_TRUE(challenge->stale);
}

TEST(Digest, OddUserNamesStayVerbatimAndCannotInject) {
  const auto challenge = *parse_challenge("Digest realm=\"r\", nonce=\"n\"", false);
  EXPECT_NE(authorization(challenge, "#PurplePhone5772", base::Secret("p:w"), {"REGISTER", "sip:r", "c", 1})
                .find("username=\"#PurplePhone5772\""),
            std::string::npos);
  const auto line = authorization(challenge, "a\"b\r\nX: y", base::Secret("p"), {"REGISTER", "sip:r", "c", 1});
  EXPECT_NE(line.find("username=\"a\\\"b  X: y\""), std::string::npos);
}

TEST(Syntax, EscapesUserParts) {
  EXPECT_EQ(escaped_user("#PurplePhone5772"), "%23PurplePhone5772");
  EXPECT_EQ(escaped_user("__23725.2testaccou__"), "__23725.2testaccou__");
  EXPECT_EQ(escaped_user("a@b:c"), "a%40b%3Ac");
  EXPECT_EQ(unescaped_user("%23Purple%2"), "#Purple%2");
  EXPECT_EQ(unescaped_user(escaped_user("caf\xc3\xa9 %")), "caf\xc3\xa9 %");
}

TEST(Syntax, ParsesUris) {
  const auto uri = parse_uri("sip:%23a:pw@[2001:db8::1]:5070;transport=tcp;lr?x=y");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->user, "#a");
  EXPECT_EQ(uri->host, "2001:db8::1");
  EXPECT_EQ(uri->port, 5070);
  EXPECT_EQ(parameter(uri->parameters, "transport"), "tcp");
  EXPECT_EQ(parameter(uri->parameters, "lr"), "");
  EXPECT_EQ(parameter(uri->parameters, "tr"), std::nullopt);
  for (const char* bad :
       {"sip:", "sip:@", "sip:a@", "sip:a@b:0", "sip:a@[::1", "http://a", "sip:a@b\r\n", "<sip:a@b>"}) {
    EXPECT_FALSE(parse_uri(bad)) << bad;
  }
}

TEST(Syntax, FindsTheAddressInANameAddr) {
  EXPECT_EQ(address_uri("\"x <sip:evil>\" <sip:a@b;x=y>;tag=1"), "sip:a@b;x=y");
  EXPECT_EQ(address_uri("sip:a@b;tag=1"), "sip:a@b");
  EXPECT_EQ(address_uri("<sip:a@b"), "");
}

TEST(Syntax, FindsSdpInMultipart) {
  const std::string body =
      "--b1\r\nContent-Type: application/isup\r\n\r\nxx\r\n--b1\r\nContent-Type: application/SDP\r\n\r\nv=0\r\n--b1--";
  const auto part = sdp_part("multipart/mixed;boundary=\"b1\"", body);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->substr(0, 3), "v=0");
  EXPECT_FALSE(sdp_part("multipart/mixed;boundary=++", body));
  EXPECT_FALSE(sdp_part("multipart/mixed", body));
  EXPECT_FALSE(sdp_part("text/plain", "v=0"));
}

}  // namespace
}  // namespace frontdesk::sip
