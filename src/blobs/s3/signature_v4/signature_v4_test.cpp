// The examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header".
#include "blobs/s3/signature_v4/signature_v4.hpp"

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::signature_v4 {
namespace {

constexpr base::UtcTime kNow{1369353600'000};  // 2013-05-24T00:00:00Z
const Credentials kExample{"AKIAIOSFODNN7EXAMPLE", base::Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), {}};

std::string hash_of(std::string_view text) {
  const auto hash = crypto::sha256(text);
  return crypto::hex(hash);
}

Request example(std::string method, std::string path, std::string_view payload = "") {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.headers["host"] = "examplebucket.s3.amazonaws.com";
  request.payload_hash = hash_of(payload);
  return request;
}

std::string signature(Request request) {
  sign(request, kExample, {"us-east-1"}, kNow);
  const auto& text = request.headers.at("authorization");
  return text.substr(text.find("Signature=") + 10);
}

TEST(SignatureV4, GetsAnObject) {
  auto request = example("GET", "/test.txt");
  request.headers["range"] = "bytes=0-9";
  auto with_all = request;
  sign(with_all, kExample, {"us-east-1"}, kNow);
  EXPECT_EQ(with_all.headers.at("authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SignatureV4, PutsAnObject) {
  auto request = example("PUT", "/" + uri_encode("test$file.text", true), "Welcome to Amazon S3.");
  EXPECT_EQ(request.path, "/test%24file.text");
  request.headers["date"] = "Fri, 24 May 2013 00:00:00 GMT";
  request.headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY";
  EXPECT_EQ(signature(request), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SignatureV4, GetsABucketsLifecycle) {
  auto request = example("GET", "/");
  request.query["lifecycle"] = "";
  EXPECT_EQ(signature(request), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(SignatureV4, ListsObjects) {
  auto request = example("GET", "/");
  request.query = {{"prefix", "J"}, {"max-keys", "2"}};
  EXPECT_EQ(signature(request), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SignatureV4, EncodesAsTheReferenceSays) {
  EXPECT_EQ(uri_encode("a b/c~d+e=\xc3\xa4*", true), "a%20b/c~d%2Be%3D%C3%A4%2A");
  EXPECT_EQ(uri_encode("a/b", false), "a%2Fb");
  EXPECT_EQ(query_text({{"b", "x y"}, {"a", "/"}, {"uploads", ""}}), "a=%2F&b=x%20y&uploads=");
  auto request = example("GET", "/");
  request.headers["x-amz-meta-a"] = "  two   blanks ";
  EXPECT_NE(canonical_request(request).find("x-amz-meta-a:two blanks\n"), std::string::npos);
}

TEST(SignatureV4, ASessionTokenIsSigned) {
  auto request = example("GET", "/");
  auto credentials = kExample;
  credentials.session_token = base::Secret("token");
  sign(request, credentials, {"us-east-1"}, kNow);
  EXPECT_EQ(request.headers.at("x-amz-security-token"), "token");
  EXPECT_NE(request.headers.at("authorization").find(";x-amz-security-token,"), std::string::npos);
}

}  // namespace
}  // namespace frontdesk::signature_v4
