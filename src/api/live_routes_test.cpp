#include "api/live_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "rest/fixture_authenticator.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;

access::Principal principal_of(const std::string& organisation, access::Role role) {
  access::Principal who;
  who.organisation = organisation;
  who.id = "user_of_" + organisation;
  who.role = role;
  return who;
}

class LiveRoutes : public testing::Test {
 protected:
  board::LiveBoard board{"feed_1"};
  LiveSources sources;
  int status = 0;

  LiveRoutes() {
    sources.running = [this](const std::string& organisation) { return board.running(organisation); };
    sources.ticket = [this](const access::Principal& who) -> base::Result<std::string> {
      if (too_many) return base::fail(base::ErrorCode::resource_exhausted, "live", "too many tickets");
      return "wst_" + who.id;
    };
    sources.ticket_good_for = base::seconds(30);
    board.apply(board::Rang{"org_a",
                            "call_b",
                            "surgery",
                            "+443335550001",
                            base::Pii<std::string>("+447700900123"),
                            base::Pii<std::string>("Ann"),
                            {2000}});
    board.apply(board::Rang{"org_a", "call_a", "", "", {}, {}, {1000}});
    board.apply(board::Answered{"call_b", {3000}});
    board.apply(board::Said{"call_b", {board::Speaker::caller, base::Pii<std::string>("hello"), false, {4000}}});
    board.apply(board::Listened{"call_b", {"user_7"}, {5000}});
  }

  bj::object ask(const std::string& method, std::vector<std::string> segments, const std::string& token) {
    rest::ApiOptions options;
    options.tags = {{"Calls", ""}};
    const auto authenticator = std::make_shared<rest::FixtureAuthenticator>();
    authenticator->add("ours", principal_of("org_a", access::Role::viewer));
    authenticator->add("theirs", principal_of("org_b", access::Role::owner));
    auto program = principal_of("org_a", access::Role::owner);
    program.kind = access::Principal::Kind::token;
    program.scopes = {"calls.start"};
    authenticator->add("program", program);
    rest::Api api(options, authenticator);
    add_live_routes(api, sources);
    http::Router router;
    api.mount(router);
    http::Request request;
    request.method = method;
    request.segments = std::move(segments);
    request.headers = {{"Authorization", "Bearer " + token}};
    const auto answer = (*router.match(method, request.segments).respond)(request);
    status = answer.status;
    return bj::parse(answer.body).as_object();
  }
  bj::object calls(const std::string& token) { return ask("GET", {"api", "calls", "live"}, token); }

  bool too_many = false;
};

TEST_F(LiveRoutes, TheCallsOfTheOrganisationTheOldestFirst) {
  const auto all = calls("ours").at("calls").as_array();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].at("call_id"), "call_a");
  EXPECT_TRUE(all[0].at("caller").is_null());
  EXPECT_EQ(all[0].at("status"), "ringing");
  const auto& second = all[1];
  EXPECT_EQ(second.at("status"), "active");
  EXPECT_EQ(second.at("caller"), "+447700900123");
  EXPECT_EQ(second.at("answered_at"), "1970-01-01T00:00:03.000Z");
  EXPECT_EQ(bj::serialize(second.at("listeners")), R"(["user_7"])");
  EXPECT_EQ(second.at("transcript").at(0).at("text"), "hello");
}

TEST_F(LiveRoutes, AnotherOrganisationSeesNone) {
  EXPECT_TRUE(calls("theirs").at("calls").as_array().empty());
  EXPECT_EQ(status, 200);
}

TEST_F(LiveRoutes, WhoMayNotReadCallsSeesNone) {
  calls("program");
  EXPECT_EQ(status, 403);
  calls("nobody");
  EXPECT_EQ(status, 401);
}

TEST_F(LiveRoutes, TicketsAreForWhoAsksAndBounded) {
  ask("POST", {"api", "live", "tickets"}, "program");
  EXPECT_EQ(status, 403);
  const auto ticket = ask("POST", {"api", "live", "tickets"}, "ours");
  EXPECT_EQ(status, 200);
  EXPECT_EQ(ticket.at("ticket"), "wst_user_of_org_a");
  EXPECT_EQ(ticket.at("expires_in_seconds"), 30);
  too_many = true;
  ask("POST", {"api", "live", "tickets"}, "ours");
  EXPECT_EQ(status, 429);
  ask("POST", {"api", "live", "tickets"}, "nobody");
  EXPECT_EQ(status, 401);
}

}  // namespace
}  // namespace frontdesk::api
