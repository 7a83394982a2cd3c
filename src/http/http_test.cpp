#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "base/assert.hpp"
#include "http/file.hpp"
#include "http/origin_policy.hpp"
#include "http/range.hpp"
#include "http/router.hpp"
#include "http/target.hpp"
#include "http/transmission.hpp"

namespace frontdesk::http {
namespace {

Respond answer(std::string body) {
  return [body](const Request&) { return text(body, "text/plain"); };
}

std::string answered(const Router& router, std::string_view method, std::vector<std::string> segments) {
  const auto match = router.match(method, segments);
  if (match.respond == nullptr) return match.allow.empty() ? "404" : "405 " + match.allow;
  return (*match.respond)(Request{}).body;
}

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-http-XXXXXX").string();
    outside = mkdtemp(pattern.data());
    folder = outside / "data";
    std::filesystem::create_directories(folder / "recordings");
    std::ofstream(outside / "secret") << "secret";
    std::ofstream(folder / "recordings" / "a.wav") << "0123456789";
  }
  ~Files() override { std::filesystem::remove_all(outside); }

  std::filesystem::path outside;
  std::filesystem::path folder;
};

}  // namespace

TEST(Router, PrefersLiteralSegmentsWhateverTheOrder) {
  Router router;
  router.add("GET", "/api/calls/{id}", answer("one"));
  router.add("GET", "/api/calls/logs", answer("list"));
  router.add("GET", "/api/{what}/logs", answer("other logs"));
  router.add("GET", "/", answer("root"));
  EXPECT_EQ(answered(router, "GET", {"api", "calls", "logs"}), "list");
  EXPECT_EQ(answered(router, "GET", {"api", "calls", "7"}), "one");
  EXPECT_EQ(answered(router, "GET", {"api", "x", "logs"}), "other logs");
  EXPECT_EQ(answered(router, "HEAD", {""}), "root");
  EXPECT_EQ(answered(router, "GET", {"api", "calls", ""}), "404") << "a parameter is not empty";
  EXPECT_EQ(answered(router, "GET", {"api", "calls"}), "404");
  EXPECT_EQ(answered(router, "GET", {"api", "calls", "7", ""}), "404");
}

TEST(Router, NamesParametersAndAllowedMethods) {
  Router router;
  router.add("GET", "/a/{x}/b/{y}", answer("get"));
  router.add("DELETE", "/a/{x}/b/{y}", answer("delete"));
  const auto match = router.match("GET", {"a", "1", "b", "2"});
  EXPECT_EQ(match.parameters, (std::map<std::string, std::string>{{"x", "1"}, {"y", "2"}}));
  EXPECT_EQ(match.pattern, "/a/{x}/b/{y}");
  EXPECT_EQ(answered(router, "POST", {"a", "1", "b", "2"}), "405 GET, HEAD, DELETE");
  EXPECT_EQ(answered(router, "DELETE", {"a", "1", "b", "2"}), "delete");
  EXPECT_THROW(router.add("GET", "no-slash", answer("")), base::InvariantViolation);
}

TEST(Range, FollowsRfc9110) {
  const auto partial = [](std::uint64_t offset, std::uint64_t length) {
    return RangeChoice{RangeKind::partial, {offset, length}};
  };
  EXPECT_EQ(choose_range("bytes=0-499", 1000), partial(0, 500));
  EXPECT_EQ(choose_range("bytes=500-", 1000), partial(500, 500));
  EXPECT_EQ(choose_range("Bytes = 999-2000", 1000), partial(999, 1));
  EXPECT_EQ(choose_range("bytes=-300", 1000), partial(700, 300));
  EXPECT_EQ(choose_range("bytes=-3000", 1000), partial(0, 1000));
  EXPECT_EQ(choose_range("bytes=0-99999999999999999999999", 10), partial(0, 10));
  for (const auto* beyond : {"bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999-"})
    EXPECT_EQ(choose_range(beyond, 1000).kind, RangeKind::unsatisfiable) << beyond;
  EXPECT_EQ(choose_range("bytes=0-", 0).kind, RangeKind::unsatisfiable);
  for (const auto* ignored : {"", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-b", "items=0-1",
                              "bytes=0-1,3-4", "bytes=+1-2", "bytes=--5", "bytes=1-2x", "bytes=0x1-2"})
    EXPECT_EQ(choose_range(ignored, 1000).kind, RangeKind::whole) << ignored;
}

TEST(Target, DecodesPathAndQuery) {
  const auto target = parse_target("/a%20b/c%2Fd?x=1+2&y=%2B44&x=&z");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (std::vector<std::string>{"a b", "c/d"}));
  EXPECT_EQ(target->query, (Fields{{"x", "1 2"}, {"y", "+44"}, {"x", ""}, {"z", ""}}));
  EXPECT_EQ(parse_target("/")->segments, std::vector<std::string>{""});
  EXPECT_EQ(parse_target("//evil.example/x")->segments, (std::vector<std::string>{"", "evil.example", "x"}));
  const auto absolute = parse_target("http://localhost:8080/x?y=1");
  ASSERT_TRUE(absolute);
  EXPECT_EQ(absolute->host, "localhost:8080");
  EXPECT_EQ(absolute->segments, std::vector<std::string>{"x"});
}

TEST(Target, RefusesWhatIsMalformedOrClimbs) {
  for (const auto* bad : {"", "*", "x", "/%", "/%zz", "/a/../b", "/a/%2e%2E/b", "/./a", "/a%00b", "/?a=%00", "/?%00=a",
                          "/a b", "/\x80", "/a#b", "/<>"})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(OriginPolicy, KnowsItsOwnHosts) {
  const auto listen = *base::parse_endpoint("192.0.2.7:8080");
  const auto welcome = [&](std::string host) {
    Request request;
    request.method = "GET";
    request.host = std::move(host);
    return !refusal(request, listen, {"frontdesk.example.org"}).has_value();
  };
  for (const auto* good : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.8.8.8:1", "[::1]:8080", "[::1]",
                           "192.0.2.7:8080", "frontdesk.example.org", "Frontdesk.Example.Org:443"})
    EXPECT_TRUE(welcome(good)) << good;
  for (const auto* bad : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil@localhost",
                          "localhost:8080@evil.example", "localhost:80a", "localhost,evil", "[::1", "[::1]x", "::1",
                          "192.0.2.8", "0.0.0.0", "127.1", "2130706433", "[::ffff:127.0.0.1]", "localhost:123456"})
    EXPECT_FALSE(welcome(bad)) << bad;
}

TEST(OriginPolicy, KeepsOtherSitesOutAndLetsOtherOriginsOnlyRead) {
  const auto welcome = [](std::string method, Fields headers) {
    Request request;
    request.method = std::move(method);
    request.host = "localhost:8080";
    request.headers = std::move(headers);
    return !refusal(request, *base::parse_endpoint("127.0.0.1:8080"), {}).has_value();
  };
  EXPECT_TRUE(welcome("GET", {}));
  EXPECT_TRUE(welcome("GET", {{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(welcome("GET", {{"Sec-Fetch-Site", "none"}}));
  EXPECT_TRUE(welcome("GET", {{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_FALSE(welcome("GET", {{"sec-fetch-site", "cross-site"}}));
  EXPECT_TRUE(welcome("POST", {}));
  EXPECT_TRUE(welcome("POST", {{"Origin", "http://localhost:8080"}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(welcome("POST", {{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_FALSE(welcome("POST", {{"Origin", "http://localhost:3000"}}));
  EXPECT_FALSE(welcome("DELETE", {{"Origin", "null"}}));
}

TEST(Transmission, KeepsHeadersOnTheirLine) {
  auto response = text("x", "text/plain");
  response.headers.push_back({"X-Name", "a\r\nSet-Cookie: b"});
  const auto sent = prepare(std::move(response), Request{}, true, {1795359120000});
  EXPECT_EQ(sent.head.find("\nSet-Cookie"), std::string::npos);
  EXPECT_NE(sent.head.find("X-Name: a  Set-Cookie: b\r\n"), std::string::npos);
  EXPECT_NE(sent.head.find("Date: Sun, 22 Nov 2026 14:52:00 GMT\r\n"), std::string::npos) << sent.head;
}

TEST(Transmission, AnswersConditionalRequests) {
  const auto status = [](const char* condition) {
    auto response = text("x", "text/plain");
    response.headers.push_back({"ETag", "\"v1\""});
    Request request;
    request.method = "GET";
    request.headers = {{"If-None-Match", condition}};
    const auto sent = prepare(std::move(response), request, true, {0});
    EXPECT_EQ(sent.status == 304, sent.body.empty());
    EXPECT_EQ(sent.status == 304, sent.head.find("Content-Length") == std::string::npos);
    return sent.status;
  };
  EXPECT_EQ(status("\"v1\""), 304);
  EXPECT_EQ(status("\"v0\", W/\"v1\""), 304);
  EXPECT_EQ(status("*"), 304);
  EXPECT_EQ(status("\"v2\""), 200);
  EXPECT_EQ(status(""), 200);
  EXPECT_EQ(status("v1"), 200);
}

TEST(Problem, CarriesStatusDetailAndParameter) {
  const auto response = problem(400, "say \"when\"", "from");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(*find_field(response.headers, "content-type"), "application/problem+json");
  EXPECT_NE(response.body.find(R"("detail":"say \"when\"")"), std::string::npos);
  EXPECT_NE(response.body.find(R"("parameter":"from")"), std::string::npos);
  const auto busy = problem(base::Error{base::ErrorCode::unavailable, "store", "locked", base::Retry::later, 0});
  EXPECT_EQ(busy.status, 503);
  EXPECT_NE(find_field(busy.headers, "Retry-After"), nullptr);
}

TEST_F(Files, OpensOnlyWhatLiesBelow) {
  const auto file = open_below(folder, "recordings/a.wav");
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->size(), 10U);
  EXPECT_EQ((*file)->read(3, 4), "3456");
  EXPECT_EQ((*file)->read(8, 100), "89");
  EXPECT_EQ((*file)->read(100, 1), "");
  std::filesystem::create_symlink(outside / "secret", folder / "link");
  std::filesystem::create_directory_symlink(outside, folder / "way-out");
  std::filesystem::create_symlink(folder / "recordings" / "a.wav", folder / "inside");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const auto& bad :
       {std::string("../secret"), std::string("recordings/../../secret"), (outside / "secret").string(),
        std::string("link"), std::string("way-out/secret"), std::string(""), std::string("."),
        std::string("recordings"), std::string("pipe"), std::string("missing"), std::string("recordings/a.wav/"),
        std::string("recordings/a.wav\0.txt", 21), (folder / "recordings" / "a.wav").string()})
    EXPECT_FALSE(open_below(folder, bad)) << bad;
  EXPECT_TRUE(open_below(folder, "inside")) << "a link that stays below is fine";
  EXPECT_FALSE(open_below(outside / "nowhere", "a.wav"));
}

TEST_F(Files, ChangesItsTagWithItsContent) {
  const auto tag = (*open_below(folder, "recordings/a.wav"))->entity_tag();
  std::ofstream(folder / "recordings" / "a.wav", std::ios::app) << "more";
  EXPECT_NE((*open_below(folder, "recordings/a.wav"))->entity_tag(), tag);
}

}  // namespace frontdesk::http
