// Team, tokens, keys, networks, audit log over HTTP, with real accounts in a database of their own, of both kinds.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "accounts/desk.hpp"
#include "accounts/users.hpp"
#include "api/api.hpp"
#include "base/clock.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"
#include "rest/fixture_authenticator.hpp"
#include "store/test_databases/test_databases.hpp"
#include "vault/secrets/secret_store.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
using test_databases::Kind;

constexpr const char* kKey = "sk-live-0123456789-very-secret-WXYZ";

class Administration : public ::testing::TestWithParam<Kind> {
 protected:
  Administration() {
    log = std::move(*store::CallLog::open(database.location()));
    desk = std::move(*accounts::Desk::open(database.location(), "", {"https://desk.example"}, none, base::wall_now()));
    for (const auto* organisation : {"org_1", "org_2"}) add_organisation(organisation);
    Sources sources{*log, [] { return Health{}; }};
    sources.authenticator = authenticator;
    sources.office = &desk->office();
    sources.accounts = &desk->accounts();
    http::ServerOptions options;
    options.listen = *base::parse_endpoint("127.0.0.1:0");
    server = std::move(*http::Server::start(options, routes(sources)));
    client = std::make_unique<http::TestClient>(server->bound());
  }
  ~Administration() override {
    client.reset();
    server.reset();
    desk.reset();
  }

  void add_organisation(const std::string& organisation) {
    const auto done = desk->office().transaction([&](store::Connection& connection) -> base::Status {
      const auto now = base::wall_now();
      if (auto made = accounts::insert_organisation(connection, organisation, organisation, now); !made) return made;
      for (const auto role : {access::Role::viewer, access::Role::admin, access::Role::owner}) {
        const auto id = "user_" + std::string(access::name(role)) + "_" + organisation;
        accounts::User user;
        user.id = id;
        user.email = id + "@desk.example";
        user.name = "Somebody";
        user.created = now;
        if (auto made = accounts::insert_user(connection, user); !made) return made;
        if (auto made = accounts::insert_membership(connection, {organisation, id, role}, now); !made) return made;
        access::Principal who{access::Principal::Kind::user, organisation, id, role, {}, "session_1", now};
        authenticator->add(std::string(access::name(role)) + "@" + organisation, who);
        who.authenticated_at.unix_ms -= 16 * 60'000;
        authenticator->add("stale-" + std::string(access::name(role)) + "@" + organisation, who);
      }
      access::Principal program{
          access::Principal::Kind::token, organisation, "token_1", access::Role::owner, {}, "", {}};
      for (const auto& each : access::permissions()) program.scopes.emplace_back(each.name);
      authenticator->add("program@" + organisation, program);
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  http::Received ask(std::string_view who, const std::string& method, const std::string& path,
                     const std::string& body = {}, const std::string& fields = {}) {
    std::string headers = "Authorization: Bearer " + std::string(who) + "\r\n" + fields;
    if (!body.empty()) headers += "Content-Type: application/json\r\n";
    headers += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    EXPECT_TRUE(client->send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body));
    return client->receive();
  }
  static bj::value parsed(const http::Received& answer) { return bj::parse(answer.body); }
  static std::string member(const http::Received& answer, const char* name) {
    return std::string(parsed(answer).at(name).as_string());
  }
  static std::string pointer(const http::Received& answer) {
    return std::string(parsed(answer).at("errors").at(0).at("pointer").as_string());
  }
  static std::string match(const http::Received& answer) { return "If-Match: " + answer.field("ETag") + "\r\n"; }
  std::string audit(const std::string& action) {
    const auto answer = ask("owner@org_1", "GET", "/api/audit?action=" + action);
    EXPECT_EQ(answer.status, 200) << answer.head << answer.body;
    return answer.body;
  }
  std::string stored_key(const std::string& name = "main") {
    const auto made = ask("owner@org_1", "POST", "/api/keys",
                          R"({"service":"openai","name":")" + name + R"(","key":")" + kKey + "\"}");
    EXPECT_EQ(made.status, 201) << made.body;
    return member(made, "id");
  }

  test_databases::TestDatabase database{GetParam()};
  std::unique_ptr<store::CallLog> log;
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk;
  std::shared_ptr<rest::FixtureAuthenticator> authenticator = std::make_shared<rest::FixtureAuthenticator>();
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::TestClient> client;
};

}  // namespace

TEST_P(Administration, PeopleAreInvitedChangedAndRemoved) {
  const auto team = ask("viewer@org_1", "GET", "/api/team");
  ASSERT_EQ(parsed(team).at("members").as_array().size(), 3U) << team.body;
  EXPECT_EQ(team.body.find("org_2"), std::string::npos);
  const auto invited =
      ask("admin@org_1", "POST", "/api/team/invitations", R"({"email":"Ann@desk.example","role":"editor"})");
  ASSERT_EQ(invited.status, 201) << invited.body;
  const auto link = member(invited, "link");
  EXPECT_TRUE(link.starts_with("https://desk.example/join#token=")) << link;
  const auto open = ask("admin@org_1", "GET", "/api/team/invitations");
  EXPECT_EQ(open.body.find(link.substr(link.find('=') + 1)), std::string::npos) << "shown once";
  const auto id = member(invited, "id");
  EXPECT_EQ(ask("owner@org_2", "DELETE", "/api/team/invitations/" + id).status, 404);
  EXPECT_EQ(ask("admin@org_1", "DELETE", "/api/team/invitations/" + id).status, 204);
  EXPECT_EQ(ask("admin@org_1", "DELETE", "/api/team/invitations/" + id).status, 404);
  const std::string viewer = "/api/team/user_viewer_org_1";
  EXPECT_EQ(ask("owner@org_2", "PATCH", viewer, R"({"role":"editor"})").status, 404);
  EXPECT_EQ(ask("admin@org_1", "PATCH", viewer, R"({"role":"owner"})").status, 403);
  EXPECT_EQ(ask("admin@org_1", "PATCH", viewer, R"({"role":"god"})").status, 422);
  EXPECT_EQ(ask("admin@org_1", "PATCH", viewer, R"({"role":"editor"})").status, 204);
  EXPECT_EQ(ask("admin@org_1", "PATCH", viewer, R"({"role":"viewer"})").status, 204);
  EXPECT_EQ(ask("admin@org_1", "DELETE", "/api/team/user_owner_org_1").status, 403);
  EXPECT_EQ(ask("owner@org_1", "DELETE", "/api/team/user_owner_org_1").status, 409) << "the last owner";
  EXPECT_EQ(ask("owner@org_1", "POST", "/api/team/leave").status, 409);
  EXPECT_EQ(ask("viewer@org_1", "POST", "/api/team/leave").status, 204);
  EXPECT_EQ(ask("owner@org_1", "DELETE", viewer).status, 404);
  for (const auto* action : {"team.invited", "team.invitation_withdrawn", "team.role_changed", "team.removed"})
    EXPECT_NE(audit("team.").find(action), std::string::npos) << action;
}

TEST_P(Administration, HostileInvitationsAreRefusedByField) {
  for (const std::string email :
       {"nobody", "a@b@c", "a b@desk.example", "<x>@", "a@desk.example\\r\\nBcc: z@z.example"}) {
    const auto answer =
        ask("admin@org_1", "POST", "/api/team/invitations", R"({"email":")" + email + R"(","role":"viewer"})");
    EXPECT_EQ(answer.status, 422) << email << answer.body;
    EXPECT_EQ(pointer(answer), "/email");
  }
  EXPECT_EQ(ask("admin@org_1", "POST", "/api/team/invitations", R"({"email":"b@desk.example","role":"owner"})").status,
            403);
  EXPECT_EQ(ask("owner@org_1", "POST", "/api/team/invitations/accept", R"({"token":"x' OR 1=1 --"})").status, 401);
  EXPECT_EQ(ask("owner@org_1", "DELETE", "/api/team/" + std::string(101, 'a')).status, 404);
  EXPECT_EQ(ask("owner@org_1", "DELETE", "/api/team/%27%20OR%201=1--").status, 404);
  EXPECT_EQ(ask("owner@org_1", "DELETE", "/api/team/..%2f..%2fkeys").status, 404);
}

TEST_P(Administration, TokensAreShownOnceAndDoNoMoreThanTheirMaker) {
  const std::string order = R"({"name":"wallboard","scopes":["calls.read"],"expires":"2027-06-01T00:00:00Z"})";
  EXPECT_EQ(member(ask("stale-owner@org_1", "POST", "/api/tokens", order), "type"), "/api/docs#problem-recent_sign_in");
  EXPECT_EQ(ask("program@org_1", "POST", "/api/tokens", order).status, 403);
  const auto made = ask("admin@org_1", "POST", "/api/tokens", R"({"name":"wallboard","scopes":["calls.read"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto text = member(made, "token");
  EXPECT_TRUE(text.starts_with("fd_"));
  const auto who =
      desk->accounts().authentication.authenticate(text, *base::parse_address("127.0.0.1", 1), base::wall_now());
  ASSERT_TRUE(who) << who.error().message;
  EXPECT_EQ(who->scopes, std::vector<std::string>{"calls.read"});
  const auto list = ask("admin@org_1", "GET", "/api/tokens");
  EXPECT_EQ(list.body.find(text), std::string::npos);
  EXPECT_NE(list.body.find("\"last_used_from\":\"127.0.0.1\""), std::string::npos) << list.body;
  EXPECT_EQ(audit("tokens.").find(text), std::string::npos);
  const auto id = member(made, "id");
  EXPECT_EQ(ask("owner@org_2", "DELETE", "/api/tokens/" + id).status, 404);
  EXPECT_EQ(ask("stale-owner@org_1", "DELETE", "/api/tokens/" + id).status, 403);
  EXPECT_EQ(ask("admin@org_1", "DELETE", "/api/tokens/" + id).status, 204);
  EXPECT_FALSE(
      desk->accounts().authentication.authenticate(text, *base::parse_address("127.0.0.1", 1), base::wall_now()));
}

TEST_P(Administration, OrdersOfTokensAreRefusedByField) {
  const auto refused = [&](const std::string& body) {
    const auto answer = ask("admin@org_1", "POST", "/api/tokens", body);
    EXPECT_EQ(answer.status, 422) << body << answer.body;
    return pointer(answer);
  };
  EXPECT_EQ(refused(R"({"name":"  ","scopes":["calls.read"]})"), "/name");
  EXPECT_EQ(refused(R"({"name":"x","scopes":[]})"), "/scopes");
  EXPECT_EQ(refused(R"({"name":"x","scopes":["calls.read","*"]})"), "/scopes/1");
  EXPECT_EQ(refused(R"({"name":"x","scopes":["system.operate"]})"), "/scopes/0") << "owners alone have it";
  EXPECT_EQ(refused(R"({"name":"x","scopes":["calls.read"],"expires":"2001-01-01T00:00:00Z"})"), "/expires");
  EXPECT_EQ(refused(R"({"name":"x","scopes":["calls.read"],"expires":"2999-01-01T00:00:00Z"})"), "/expires");
  const auto all = parsed(ask("viewer@org_1", "GET", "/api/permissions")).at("permissions").as_array();
  EXPECT_EQ(all.size(), access::permissions().size());
}

TEST_P(Administration, AReplacedKeyIsPutBackForSevenDays) {
  const auto id = stored_key();
  const auto path = "/api/keys/" + id;
  const auto fresh = ask("owner@org_1", "GET", path);
  EXPECT_EQ(ask("owner@org_1", "POST", path + "/put-back", "", match(fresh)).status, 409) << "it was never replaced";
  const auto rotated = ask("owner@org_1", "PUT", path, R"({"key":"sk-live-the-next-one-ABCD"})", match(fresh));
  EXPECT_EQ(member(rotated, "previous_last_four"), "WXYZ");
  EXPECT_EQ(ask("owner@org_2", "POST", path + "/put-back", "", match(rotated)).status, 404);
  EXPECT_EQ(ask("viewer@org_1", "POST", path + "/put-back", "", match(rotated)).status, 403);
  EXPECT_EQ(ask("owner@org_1", "POST", path + "/put-back", "", match(fresh)).status, 412);
  const auto back = ask("owner@org_1", "POST", path + "/put-back", "", match(rotated));
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(member(back, "last_four"), "WXYZ");
  EXPECT_EQ(member(back, "previous_last_four"), "ABCD");
  EXPECT_EQ(member(back, "replaced"), member(fresh, "replaced")) << "its age counts from when it was stored";
  const auto forgotten = ask("owner@org_1", "DELETE", path + "/previous", "", match(back));
  ASSERT_EQ(forgotten.status, 200) << forgotten.body;
  EXPECT_EQ(member(forgotten, "previous_last_four"), "");
  EXPECT_EQ(ask("owner@org_1", "POST", path + "/put-back", "", match(forgotten)).status, 409);
  const auto records = audit("keys.");
  for (const auto* action : {"keys.put_back", "keys.previous_forgotten"})
    EXPECT_NE(records.find(action), std::string::npos) << action;
}

TEST_P(Administration, AKeyGoesInAndNeverComesOut) {
  const auto id = stored_key();
  const auto path = "/api/keys/" + id;
  EXPECT_EQ(
      ask("owner@org_1", "POST", "/api/keys", R"({"service":"openai","name":"main","key":"another key 12"})").status,
      409);
  const auto shown = ask("admin@org_1", "GET", path);
  EXPECT_EQ(member(shown, "last_four"), "WXYZ");
  EXPECT_EQ(member(shown, "advice"), "none");
  const std::string fresh = R"({"key":"sk-live-the-next-one-ABCD"})";
  EXPECT_EQ(ask("owner@org_1", "PUT", path, fresh).status, 428);
  EXPECT_EQ(ask("owner@org_2", "PUT", path, fresh, match(shown)).status, 404);
  EXPECT_EQ(ask("owner@org_2", "GET", path).status, 404);
  EXPECT_EQ(ask("owner@org_2", "DELETE", path).status, 404);
  EXPECT_EQ(ask("viewer@org_1", "GET", path).status, 403);
  EXPECT_EQ(member(ask("stale-owner@org_1", "PUT", path, fresh, match(shown)), "type"),
            "/api/docs#problem-recent_sign_in");
  EXPECT_EQ(ask("stale-owner@org_1", "DELETE", path).status, 403);
  const auto rotated = ask("program@org_1", "PUT", path, fresh, match(shown));
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_EQ(member(rotated, "last_four"), "ABCD");
  EXPECT_EQ(ask("owner@org_1", "PUT", path, fresh, match(shown)).status, 412);
  const auto used = desk->office().change(base::wall_now(), [&](store::Connection& connection, audit::Trail&) {
    return secrets::SecretStore(desk->office().box)
        .use(
            connection, "org_1", id, "test", [](const auto&) { return base::Status(); }, base::wall_now());
  });
  ASSERT_TRUE(used) << used.error().message;
  EXPECT_EQ(used->expose(), "sk-live-the-next-one-ABCD");
  const auto list = ask("owner@org_1", "GET", "/api/keys");
  EXPECT_NE(list.body.find("\"uses\":1"), std::string::npos) << list.body;
  EXPECT_EQ(ask("owner@org_1", "DELETE", path).status, 204);
  EXPECT_EQ(ask("owner@org_1", "DELETE", path).status, 404);
  const auto records = audit("keys.");
  for (const auto* action : {"keys.stored", "keys.rotated", "keys.deleted", "(secret ending WXYZ)"})
    EXPECT_NE(records.find(action), std::string::npos) << action;
  for (const auto& body : {shown.body, rotated.body, list.body, records}) {
    EXPECT_EQ(body.find("very-secret"), std::string::npos);
    EXPECT_EQ(body.find("the-next-one"), std::string::npos);
  }
}

TEST_P(Administration, HostileKeysAreRefused) {
  const auto status = [&](const std::string& body) { return ask("owner@org_1", "POST", "/api/keys", body).status; };
  EXPECT_EQ(status(R"({"service":"","name":"x","key":"k"})"), 422);
  EXPECT_EQ(status(R"({"service":"a\nb","name":"x","key":"k"})"), 422);
  EXPECT_EQ(status(R"({"service":"a","name":"   ","key":"k"})"), 422);
  EXPECT_EQ(status(R"({"service":"a","name":"x","key":""})"), 422);
  EXPECT_EQ(status(R"({"service":"a","name":"x","key":"k","id":"key_1"})"), 422);
  EXPECT_EQ(status(R"({"service":"a","name":"x","key":")" + std::string(16385, 'k') + "\"}"), 422);
  EXPECT_EQ(status(R"({"service":"a\"); DROP TABLE api_keys; --","name":"x","key":"k"})"), 201);
  EXPECT_EQ(ask("owner@org_1", "GET", "/api/keys").status, 200);
}

TEST_P(Administration, NobodyLocksThemselvesOutByTheListOfNetworks) {
  const auto before = ask("viewer@org_1", "GET", "/api/settings/networks");
  const std::string path = "/api/settings/networks";
  const std::string home = R"({"networks":[{"network":"127.0.0.0/8","note":"here"}]})";
  EXPECT_EQ(ask("owner@org_1", "PUT", path, home).status, 428);
  EXPECT_EQ(ask("program@org_1", "PUT", path, home, match(before)).status, 403);
  EXPECT_EQ(ask("stale-owner@org_1", "PUT", path, home, match(before)).status, 403);
  EXPECT_EQ(ask("owner@org_1", "PUT", path, R"({"networks":[{"network":"192.0.2.0/24"}]})", match(before)).status, 409);
  for (const std::string network :
       {"0.0.0.0/-1", "10.0.0.1/8", "10.0.0.0/33", "::/129", "example.com", "10.0.0.0/8 "}) {
    const auto refused =
        ask("owner@org_1", "PUT", path, R"({"networks":[{"network":")" + network + "\"}]}", match(before));
    EXPECT_EQ(refused.status, 422) << network;
    EXPECT_EQ(pointer(refused), "/networks/0/network");
  }
  const auto twice = R"({"networks":[{"network":"127.0.0.0/8"},{"network":"127.0.0.0/8"}]})";
  EXPECT_EQ(pointer(ask("owner@org_1", "PUT", path, twice, match(before))), "/networks/1/network");
  const auto set = ask("owner@org_1", "PUT", path, home, match(before));
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(ask("owner@org_1", "PUT", path, home, match(before)).status, 412);
  EXPECT_EQ(ask("owner@org_1", "PUT", path, R"({"networks":[]})", match(set)).status, 200);
  EXPECT_NE(audit("networks.changed").find("127.0.0.0/8"), std::string::npos);
}

TEST_P(Administration, TheOrganisationIsRenamedByWhoeverSawIt) {
  const auto before = ask("viewer@org_1", "GET", "/api/organisation");
  EXPECT_EQ(member(before, "name"), "org_1");
  EXPECT_EQ(ask("viewer@org_1", "PATCH", "/api/organisation", R"({"name":"x"})", match(before)).status, 403);
  EXPECT_EQ(ask("admin@org_1", "PATCH", "/api/organisation", R"({"name":"Hill"})").status, 428);
  EXPECT_EQ(ask("admin@org_1", "PATCH", "/api/organisation", R"({"name":" "})", match(before)).status, 422);
  EXPECT_EQ(member(ask("admin@org_1", "PATCH", "/api/organisation", R"({"name":"Hill"})", match(before)), "name"),
            "Hill");
  EXPECT_EQ(ask("admin@org_1", "PATCH", "/api/organisation", R"({"name":"Dale"})", match(before)).status, 412);
  EXPECT_EQ(member(ask("viewer@org_2", "GET", "/api/organisation"), "name"), "org_2");
}

TEST_P(Administration, TheAuditLogIsFilteredAndPaged) {
  for (int i = 0; i < 3; ++i) stored_key("k" + std::to_string(i));
  ask("admin@org_1", "POST", "/api/tokens", R"({"name":"x","scopes":["calls.read"]})");
  ask("owner@org_2", "POST", "/api/keys", R"({"service":"a","name":"x","key":"k"})");
  const auto count = [&](const std::string& query) {
    const auto answer = ask("admin@org_1", "GET", "/api/audit" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.status == 200 ? parsed(answer).at("records").as_array().size() : 999U;
  };
  EXPECT_EQ(count(""), 4U) << "not the other organisation's";
  EXPECT_EQ(count("?who=user_admin_org_1"), 1U);
  EXPECT_EQ(count("?action=keys.stored"), 3U);
  EXPECT_EQ(count("?action=tokens."), 1U);
  EXPECT_EQ(count("?action=key"), 0U);
  EXPECT_EQ(count("?subject=x%27%20OR%201=1--"), 0U);
  EXPECT_EQ(count("?from=2001-01-01&to=2002-01-01"), 0U);
  EXPECT_EQ(count("?from=2001-01-01"), 4U);
  for (const auto* query : {"?action=%25", "?action=keys%27", "?limit=0", "?limit=201",
                            "?from=2002-01-01&to=2001-01-01", "?cursor=x", "?organisation=org_2"})
    EXPECT_EQ(ask("admin@org_1", "GET", std::string("/api/audit") + query).status, 400) << query;
  const auto first = ask("admin@org_1", "GET", "/api/audit?limit=3&action=keys.");
  const auto cursor = member(first, "next_cursor");
  const auto second = ask("admin@org_1", "GET", "/api/audit?limit=3&action=keys.&cursor=" + cursor);
  EXPECT_TRUE(parsed(second).at("records").as_array().empty());
  EXPECT_TRUE(parsed(second).at("next_cursor").is_null());
  EXPECT_EQ(ask("admin@org_1", "GET", "/api/audit?limit=3&action=tokens.&cursor=" + cursor).status, 400);
  EXPECT_NE(first.body.find("user_owner_org_1@desk.example"), std::string::npos) << "who, in words";
}

TEST_P(Administration, WhoTouchesTheAuditLogIsTold) {
  stored_key();
  const auto whole = ask("admin@org_1", "GET", "/api/audit/verify");
  EXPECT_TRUE(parsed(whole).at("whole").as_bool()) << whole.body;
  const auto connection = database.connect();
  ASSERT_TRUE(connection->run("UPDATE audit_log SET actor = 'user_other' WHERE action = 'keys.stored'"));
  const auto touched = ask("admin@org_1", "GET", "/api/audit/verify");
  EXPECT_FALSE(parsed(touched).at("whole").as_bool());
  EXPECT_NE(touched.body.find("was changed, moved or forged"), std::string::npos) << touched.body;
}

INSTANTIATE_TEST_SUITE_P(Databases, Administration, testing::Values(Kind::sqlite, Kind::postgres),
                         test_databases::KindName());

}  // namespace frontdesk::api
