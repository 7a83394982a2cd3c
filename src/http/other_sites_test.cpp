// What the server says to pages of other sites, to proxies, and in every header, over a real connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/request_id.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"

namespace frontdesk::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class OtherSites : public ::testing::Test {
 protected:
  OtherSites() {
    options.listen = *base::parse_endpoint("127.0.0.1:0");
    options.allowed_origins = {"https://crm.example.org"};
    options.limits.body_bytes = 100;
  }
  void start() {
    Router routes;
    routes.add("GET", "/data", [](const Request&) { return json("{}"); });
    routes.add("PUT", "/data", [](const Request&) { return json("{}"); });
    routes.add(
        "POST", "/long", [](const Request& r) { return text(std::to_string(r.body.size()), "text/plain"); }, 5000);
    routes.add(
        "POST", "/short", [](const Request& r) { return text(std::to_string(r.body.size()), "text/plain"); }, 10);
    routes.add("POST", "/usual", [](const Request& r) { return text(std::to_string(r.body.size()), "text/plain"); });
    routes.add("GET", "/page", [](const Request&) { return html("<p>", "abc123"); });
    server = std::move(*Server::start(options, routes));
    client = std::make_unique<TestClient>(server->bound());
  }
  Received get(std::string_view target, std::string_view headers = {}, std::string_view method = "GET") {
    if (!server) start();
    return client->get(target, headers, method);
  }
  int post(const std::string& target, std::size_t length) {
    if (!server) start();
    TestClient fresh(server->bound());
    fresh.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(length) +
               "\r\n\r\n" + std::string(length, 'x'));
    return fresh.receive().status;
  }
  int post_chunked(const std::string& target, std::size_t length) {
    if (!server) start();
    TestClient fresh(server->bound());
    fresh.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (; length > 0; --length) fresh.send("1\r\nx\r\n");
    fresh.send("0\r\n\r\n");
    return fresh.receive().status;
  }

  ServerOptions options;
  std::unique_ptr<Server> server;
  std::unique_ptr<TestClient> client;
};

constexpr std::string_view kListed = "Origin: https://crm.example.org\r\nSec-Fetch-Site: cross-site\r\n";

}  // namespace

TEST_F(OtherSites, MayAskWhenTheyAreListed) {
  const auto read = get("/data", kListed);
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.field("Access-Control-Allow-Origin"), "https://crm.example.org");
  EXPECT_EQ(read.field("Vary"), "Origin");
  EXPECT_THAT(read.field("Access-Control-Expose-Headers"), HasSubstr("ETag"));
  EXPECT_EQ(read.field("Access-Control-Allow-Credentials"), "") << "no cookies";
  EXPECT_EQ(get("/data", kListed, "PUT").status, 200);
  EXPECT_EQ(get("/none", kListed).field("Access-Control-Allow-Origin"), "https://crm.example.org") << "problems too";
}

TEST_F(OtherSites, AreAnsweredBeforeTheyAsk) {
  const auto asked = get("/data", std::string(kListed) + "Access-Control-Request-Method: PUT\r\n", "OPTIONS");
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.field("Access-Control-Allow-Origin"), "https://crm.example.org");
  EXPECT_THAT(asked.field("Access-Control-Allow-Methods"), HasSubstr("PUT"));
  EXPECT_THAT(asked.field("Access-Control-Allow-Headers"), HasSubstr("Authorization"));
  EXPECT_THAT(asked.field("Access-Control-Allow-Headers"), Not(HasSubstr("X-Requested-With")))
      << "so that no cookie counts that comes from there";
  EXPECT_EQ(get("/none", std::string(kListed) + "Access-Control-Request-Method: PUT\r\n", "OPTIONS").status, 404);
  EXPECT_EQ(get("/data", kListed, "OPTIONS").status, 405) << "no preflight";
}

TEST_F(OtherSites, MayNotWhenTheyAreNot) {
  for (const auto* origin : {"https://evil.example.org", "https://crm.example.org.evil.org", "http://crm.example.org",
                             "https://crm.example.org:8443", "null", "https://CRM.example.org", ""}) {
    const auto header = std::string("Origin: ") + origin + "\r\nSec-Fetch-Site: cross-site\r\n";
    const auto answer = get("/data", header);
    EXPECT_EQ(answer.status, 403) << origin;
    EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "") << origin;
    EXPECT_EQ(get("/data", header + "Access-Control-Request-Method: PUT\r\n", "OPTIONS").status, 403) << origin;
    EXPECT_EQ(get("/data", header, "PUT").status, 403) << origin;
  }
}

TEST_F(OtherSites, AreNotMentionedWhereNoneIsListed) {
  options.allowed_origins.clear();
  EXPECT_EQ(get("/data").field("Vary"), "");
  EXPECT_EQ(get("/data", kListed).status, 403);
}

TEST_F(OtherSites, RequestsKeepTheirNames) {
  EXPECT_EQ(get("/data", "X-Request-Id: proxy-1.A_b\r\n").field("X-Request-Id"), "proxy-1.A_b");
  const auto problem = get("/none", "X-Request-Id: proxy-2\r\n");
  EXPECT_THAT(problem.body, EndsWith(R"(,"request_id":"proxy-2"})"));
  for (const auto* bad : {"", "a b", "a\"b", "<x>", "\xC3\xA9", "a;b"}) {
    const auto answer = get("/none", std::string("X-Request-Id: ") + bad + "\r\n");
    EXPECT_THAT(answer.field("X-Request-Id"), testing::StartsWith("req_")) << bad;
    EXPECT_THAT(answer.body, HasSubstr("\"request_id\":\"" + answer.field("X-Request-Id"))) << bad;
  }
  EXPECT_FALSE(acceptable_request_id(std::string(101, 'a')));
  EXPECT_TRUE(acceptable_request_id(std::string(100, 'a')));
}

TEST_F(OtherSites, EveryRefusalIsAProblemWithItsRequest) {
  const auto is_problem = [](const Received& answer, int status) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.field("Content-Type"), "application/problem+json") << status;
    EXPECT_THAT(answer.body, HasSubstr("\"request_id\":\"" + answer.field("X-Request-Id"))) << status;
  };
  is_problem(get("/none"), 404);
  is_problem(get("/data", {}, "DELETE"), 405);
  is_problem(TestClient(server->bound()).get("/usual", "Content-Length: 101\r\n", "POST"), 413);
  is_problem(TestClient(server->bound()).get("/data", "X: " + std::string(20'000, 'x') + "\r\n"), 431);
  is_problem(TestClient(server->bound()).get("/data", "Host: two\r\n"), 400);
}

TEST_F(OtherSites, RoutesHaveLimitsOfTheirOwn) {
  EXPECT_EQ(post("/usual", 100), 200);
  EXPECT_EQ(post("/usual", 101), 413);
  EXPECT_EQ(post("/short", 10), 200);
  EXPECT_EQ(post("/short", 11), 413);
  EXPECT_EQ(post("/long", 5000), 200);
  EXPECT_EQ(post("/long", 5001), 413);
  EXPECT_EQ(post("/none", 101), 413);
  EXPECT_EQ(post_chunked("/usual", 100), 200);
  EXPECT_EQ(post_chunked("/usual", 101), 413);
  EXPECT_EQ(post_chunked("/long", 500), 200);
  EXPECT_EQ(post_chunked("/short", 11), 413);
}

TEST_F(OtherSites, PagesMayRunWhatCarriesTheirNonce) {
  const auto policy = get("/page").field("Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("script-src 'self' 'nonce-abc123';"));
  EXPECT_THAT(policy, HasSubstr("style-src 'self' 'nonce-abc123';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(get("/data").field("Content-Security-Policy"), testing::StartsWith("default-src 'none'"));
  EXPECT_THAT(get("/data").field("Content-Security-Policy"), Not(HasSubstr("script-src")));
}

TEST_F(OtherSites, BrowsersKeepToTlsWhereThereIsTls) {
  EXPECT_EQ(get("/data").field("Strict-Transport-Security"), "");
  server.reset();
  options.behind_tls = true;
  EXPECT_EQ(get("/data").field("Strict-Transport-Security"), "max-age=31536000");
  EXPECT_EQ(get("/none").field("Strict-Transport-Security"), "max-age=31536000");
}

}  // namespace frontdesk::http
