#include "live/routes.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "cluster/in_process/in_process.hpp"

namespace frontdesk::live {
namespace {

access::Principal user(access::Role role) {
  access::Principal principal;
  principal.organisation = "org_a";
  principal.id = "user_1";
  principal.role = role;
  return principal;
}

class RoutesTest : public ::testing::Test {
 protected:
  http::Router router;
  LiveService service;
  access::Principal who = user(access::Role::viewer);

  RoutesTest() {
    service.tickets =
        std::make_shared<Tickets>(std::make_shared<in_process::Cache>(), std::make_shared<in_process::Counters>());
    service.feed = std::make_shared<Feed>(FeedOptions{});
    service.door.identify = [this](const http::Request& request) -> base::Result<access::Principal> {
      const auto* shown = http::find_field(request.headers, "Authorization");
      if (shown == nullptr) return base::fail(base::ErrorCode::unauthenticated, "door", "sign in");
      if (*shown != "Bearer good") return base::fail(base::ErrorCode::permission_denied, "door", "not here");
      return who;
    };
    add_routes(router, service);
  }

  http::Response ask(std::string method, std::vector<std::string> segments, http::Fields query, std::string token) {
    http::Request request;
    request.method = std::move(method);
    request.host = "localhost";
    request.segments = std::move(segments);
    request.query = std::move(query);
    request.headers = {{"Upgrade", "websocket"},
                       {"Connection", "Upgrade"},
                       {"Sec-WebSocket-Version", "13"},
                       {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    return (*router.match(request.method, request.segments).respond)(request);
  }
  http::Response open(http::Fields query, std::string token = "good") {
    return ask("GET", {"ws"}, std::move(query), std::move(token));
  }
  std::string ticket() { return *service.tickets->issue(who); }
};

TEST_F(RoutesTest, WhoIsNotKnownIsRefusedBeforeTheUpgrade) {
  EXPECT_EQ(open({}).status, 101);
  EXPECT_EQ(open({}, "").status, 401);
  EXPECT_EQ(open({}, "bad").status, 403);
}

TEST_F(RoutesTest, ATicketIsGoodOnce) {
  const auto one = ticket();
  EXPECT_EQ(open({{"ticket", one}}, "").status, 101);
  EXPECT_EQ(open({{"ticket", one}}, "").status, 401);
  EXPECT_EQ(open({{"ticket", one}}, "good").status, 401) << "a bad ticket is not made good by a token";
  EXPECT_EQ(open({{"ticket", "wst_0"}}, "").status, 401);
}

TEST_F(RoutesTest, WhoMayNotSeeCallsGetsNoFeed) {
  who.kind = access::Principal::Kind::token;
  who.scopes = {"voices.read"};
  EXPECT_EQ(open({}).status, 403);
  who.scopes = {"calls.read"};
  EXPECT_EQ(open({}).status, 101);
}

TEST_F(RoutesTest, QueriesAreChecked) {
  EXPECT_EQ(open({{"feed", "all"}}).status, 400);
  EXPECT_EQ(open({{"since", std::string(101, 'x')}}).status, 400);
  EXPECT_EQ(open({{"since", "nonsense"}}).status, 101) << "it starts with a snapshot";
}

TEST_F(RoutesTest, OneUsersConnectionsAreBounded) {
  for (int i = 0; i < kWatchesPerPrincipal; ++i) {
    auto answer = open({});
    ASSERT_EQ(answer.status, 101);
    answer.web_socket->opened(std::make_shared<http::WebSocket>());
  }
  EXPECT_EQ(open({}).status, 429);
  who.id = "user_2";
  EXPECT_EQ(open({}).status, 101);
}

TEST(TicketsTest, ATicketBringsBackWhoAskedForIt) {
  Tickets tickets(std::make_shared<in_process::Cache>(), std::make_shared<in_process::Counters>());
  auto asked = user(access::Role::editor);
  asked.kind = access::Principal::Kind::token;
  asked.scopes = {"calls.read", "calls.start"};
  asked.session = "ses_1";
  asked.authenticated_at = {17};
  const auto got = tickets.redeem(*tickets.issue(asked));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->kind, asked.kind);
  EXPECT_EQ(got->organisation, asked.organisation);
  EXPECT_EQ(got->id, asked.id);
  EXPECT_EQ(got->role, asked.role);
  EXPECT_EQ(got->scopes, asked.scopes);
  EXPECT_EQ(got->session, asked.session);
  EXPECT_EQ(got->authenticated_at, asked.authenticated_at);
}

TEST(TicketsTest, TicketsAgeAndAreBounded) {
  const auto cache = std::make_shared<in_process::Cache>();
  const auto counters = std::make_shared<in_process::Counters>();
  Tickets brief(cache, counters, base::milliseconds(1));
  const auto old = *brief.issue(user(access::Role::viewer));
  for (const auto issued = std::chrono::steady_clock::now();
       std::chrono::steady_clock::now() < issued + std::chrono::milliseconds(5);)
    std::this_thread::yield();
  EXPECT_FALSE(brief.redeem(old));
  Tickets tickets(cache, counters);
  for (int i = 0; i < Tickets::kMostPerPrincipal; ++i) ASSERT_TRUE(tickets.issue(user(access::Role::viewer)));
  EXPECT_FALSE(tickets.issue(user(access::Role::viewer)));
}

}  // namespace
}  // namespace frontdesk::live
