#include "api/line_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "rest/authenticator.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
using testing::HasSubstr;

const std::string kPassword = "planted-pa55word";
const std::string kAccount = R"({"domain": "sip.example.com", "port": 5060, "username": "u", "password": ")" +
                             kPassword + R"(", "transport": "udp", "inboundNumber": "03333357324"})";

class LineRoutes : public ::testing::Test {
 protected:
  LineRoutes() {
    sip_accounts::SipAccountForm account;
    account.domain = "reg5.switchboardfree.co.uk";
    account.username = "23725";
    account.password = base::Secret(kPassword);
    account.inbound_number = "+443333357324";
    sources.lines = [account] {
      return std::vector<Line>{{"main", "switchboard-free", account, "sip_1", "org_local"},
                               {"theirs", "", account, "sip_2", "org_other"}};
    };
    sources.inside_targets = true;
    sources.try_out = [this](const TrialOrder& order) -> base::Result<std::shared_ptr<http::LiveBody>> {
      orders.push_back(order);
      if (busy) return base::fail(base::ErrorCode::resource_exhausted, "app", "another test is under way");
      return std::make_shared<http::LiveBody>();
    };
    sources.statuses = [] {
      return std::vector<LineStatus>{{"main", "failed", "why and what to do", {1'795'359'120'000}, base::seconds(20)}};
    };
  }

  http::Response ask(const std::string& method, std::vector<std::string> path, const std::string& body = {},
                     http::Fields query = {}, const std::string& accept = "*/*",
                     const std::string& type = "application/json") {
    rest::ApiOptions options;
    options.tags = {{"Lines", ""}};
    rest::Api api(options, std::make_shared<rest::LocalOwner>("org_local"));
    add_line_routes(api, sources);
    http::Router router;
    api.mount(router);
    path.insert(path.begin(), {"api", "sip"});
    http::Request request;
    request.method = method;
    request.peer = *base::parse_endpoint("127.0.0.1:1");
    request.segments = path;
    request.query = std::move(query);
    request.headers = {{"Content-Type", type}, {"Accept", accept}};
    request.body = body;
    const auto match = router.match(method, path);
    EXPECT_NE(match.respond, nullptr);
    return (*match.respond)(request);
  }
  http::Response test(const std::string& body, const std::string& accept = "*/*") {
    return ask("POST", {"test-connection"}, body, {}, accept);
  }

  LineSources sources;
  std::vector<TrialOrder> orders;
  bool busy = false;
};

TEST_F(LineRoutes, ShowsLinesWithoutTheirPasswords) {
  const auto answer = ask("GET", {"config"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.find(kPassword), std::string::npos);
  const auto line = bj::parse(answer.body).at("lines").at(0);
  EXPECT_EQ(line.at("direction").as_string(), "inbound");
  EXPECT_TRUE(line.at("hasPassword").as_bool());
  EXPECT_EQ(line.at("status").at("state").as_string(), "failed");
  EXPECT_EQ(line.at("status").at("changed_at").as_string().subview(0, 4), "2026");
  EXPECT_EQ(line.at("status").at("next_attempt_ms").as_int64(), 20'000);
}

TEST_F(LineRoutes, TellsProvidersWithInstructions) {
  const auto answer = ask("GET", {"providers"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.find(kPassword), std::string::npos);
  const auto providers = bj::parse(answer.body).at("providers").as_array();
  EXPECT_EQ(providers.size(), 10U);
  const auto& first = providers.front();
  EXPECT_EQ(first.at("id").as_string(), "switchboard-free");
  EXPECT_EQ(first.at("account").at("port").as_int64(), 5065);
  EXPECT_FALSE(first.at("quirks").as_array().empty());
  EXPECT_FALSE(first.at("guide").at("setUp").as_array().empty());
  EXPECT_FALSE(first.at("guide").at("diversion").as_array().empty());
  EXPECT_THAT(bj::serialize(first.at("guide").at("codes")), HasSubstr("03333357324"));
  EXPECT_EQ(ask("GET", {"providers"}, {}, {{"line", "none"}}).status, 404);
  EXPECT_EQ(ask("GET", {"providers"}, {}, {{"lines", "main"}}).status, 400);
}

TEST_F(LineRoutes, ChecksAnAccount) {
  auto answer = ask("POST", {"validate"}, kAccount);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.find(kPassword), std::string::npos);
  auto value = bj::parse(answer.body);
  EXPECT_TRUE(value.at("ok").as_bool());
  EXPECT_EQ(value.at("account").at("inboundNumber").as_string(), "+443333357324");
  answer = ask("POST", {"validate"}, R"({"domain": "sip.example.com:5065", "direction": "outbound", "foo": 1})");
  value = bj::parse(answer.body);
  EXPECT_FALSE(value.at("ok").as_bool());
  EXPECT_THAT(answer.body, HasSubstr("/direction"));
  EXPECT_THAT(answer.body, HasSubstr("/foo"));
  EXPECT_EQ(ask("POST", {"validate"}, "[]").status, 422);
  EXPECT_EQ(ask("POST", {"validate"}, "{").status, 400);
  EXPECT_EQ(ask("POST", {"validate"}, kAccount, {}, "*/*", "text/plain").status, 415) << "a form of another site";
}

TEST_F(LineRoutes, TriesAConfiguredLine) {
  const auto answer = test(R"({"line": "main", "ladder": true})");
  EXPECT_EQ(answer.status, 200);
  ASSERT_TRUE(answer.live);
  EXPECT_EQ(*http::find_field(answer.headers, "Content-Type"), "application/x-ndjson");
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].line, "main");
  EXPECT_TRUE(orders[0].ladder);
  EXPECT_FALSE(orders[0].account);
  const auto events = test(R"({"line": "main"})", "text/event-stream");
  EXPECT_EQ(*http::find_field(events.headers, "Content-Type"), "text/event-stream");
  EXPECT_TRUE(orders[1].events);
  EXPECT_EQ(test(R"({"line": "other"})").status, 404);
  EXPECT_EQ(test(R"({"line": "main", "domain": "10.0.0.1"})").status, 400);
  busy = true;
  EXPECT_EQ(test(R"({"line": "main"})").status, 429);
}

TEST_F(LineRoutes, TriesAnAccountThatIsNotSavedYet) {
  const auto answer = test(kAccount);
  EXPECT_TRUE(answer.live) << answer.body;
  ASSERT_EQ(orders.size(), 1U);
  ASSERT_TRUE(orders[0].account);
  EXPECT_EQ(orders[0].account->password.expose(), kPassword);
  const auto wrong = test(R"({"domain": "sip.example.com"})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("/username"));
  EXPECT_EQ(orders.size(), 1U);
}

TEST_F(LineRoutes, GuardsWhatIsNotSavedWhereOthersCanAsk) {
  EXPECT_EQ(test(kAccount).status, 200);
  sources.inside_targets = false;
  EXPECT_EQ(test(kAccount).status, 200);
  EXPECT_EQ(test(R"({"line": "main"})").status, 200);
  ASSERT_EQ(orders.size(), 3U);
  EXPECT_FALSE(orders[0].guarded);
  EXPECT_TRUE(orders[1].guarded);
  EXPECT_FALSE(orders[2].guarded) << "it is registered there anyway";
}

TEST_F(LineRoutes, KnowsALineByItsId) {
  EXPECT_EQ(test(R"({"line": "sip_1"})").status, 200);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].line, "main");
  EXPECT_EQ(test(R"({"line": ""})").status, 400);
}

TEST_F(LineRoutes, NeitherShowsNorTriesLinesOfOthers) {
  const auto shown = bj::parse(ask("GET", {"config"}).body).at("lines").as_array();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown.front().at("name").as_string(), "main");
  EXPECT_EQ(test(R"({"line": "theirs"})").status, 404);
  EXPECT_EQ(test(R"({"line": "sip_2"})").status, 404);
  EXPECT_EQ(ask("GET", {"providers"}, {}, {{"line", "theirs"}}).status, 404);
  EXPECT_TRUE(orders.empty());
}

}  // namespace
}  // namespace frontdesk::api
