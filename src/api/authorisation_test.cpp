// Every endpoint of the API document against everybody who must not use it. The list of endpoints, and who may, comes
// from the document the server itself hands out, so that a new endpoint is tried without anybody thinking of it.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <set>

#include "accounts/desk.hpp"
#include "api/api.hpp"
#include "api/receptionist_desk_test.hpp"
#include "base/clock.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"
#include "rest/fixture_authenticator.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;

struct Target {
  std::string method;
  std::string path;
  const access::Permission* permission = nullptr;
  bool everyone = false;
};

class Authorisation : public ::testing::Test {
 protected:
  Authorisation() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-authorisation-XXXXXX").string();
    data = mkdtemp(pattern.data());
    connection = std::move(*store::open_database(data));
    log = std::move(*store::CallLog::open(data));
    Sources sources{*log, [] { return Health{}; }};
    sources.authenticator = authenticator;
    sources.requests_per_second = 100'000;  // every endpoint is asked a dozen times
    desk = std::move(*accounts::Desk::open(data, "", {"https://desk.example"}, none, {1'795'359'120'000}));
    sources.office = &desk->office();
    sources.accounts = &desk->accounts();
    sources.receptionist = sample_desk();
    add_people();
    http::ServerOptions options;
    options.listen = *base::parse_endpoint("127.0.0.1:0");
    server = std::move(*http::Server::start(options, routes(sources)));
    client = std::make_unique<http::TestClient>(server->bound());
    read_document();
  }
  ~Authorisation() override {
    client.reset();
    server.reset();
    desk.reset();
    std::filesystem::remove_all(data);
  }

  static access::Principal person(access::Role role) {
    access::Principal principal;
    principal.organisation = "org_1";
    principal.id = "user_" + std::string(access::name(role));
    principal.role = role;
    principal.authenticated_at = base::wall_now();
    return principal;
  }
  void add_people() {
    for (const auto role : {access::Role::viewer, access::Role::editor, access::Role::admin, access::Role::owner})
      authenticator->add(std::string(access::name(role)), person(role));
    for (const auto& permission : access::permissions()) {
      auto token = person(access::Role::owner);
      token.kind = access::Principal::Kind::token;
      token.id = "token_" + std::string(permission.name);
      for (const auto& other : access::permissions())
        if (other.name != permission.name) token.scopes.emplace_back(other.name);
      authenticator->add("all-but-" + std::string(permission.name), token);
      token.scopes = {std::string(permission.name)};
      authenticator->add("only-" + std::string(permission.name), token);
      token.role = access::Role::viewer;
      authenticator->add("viewers-" + std::string(permission.name), token);
    }
  }
  void read_document() {
    const auto document = bj::parse(client->get("/api/openapi.json").body);
    for (const auto& [path, operations] : document.at("paths").as_object())
      for (const auto& [method, operation] : operations.as_object()) {
        Target target;
        for (const char c : method) target.method += static_cast<char>(c - 'a' + 'A');
        for (std::string_view rest(path.data(), path.size()); !rest.empty();) {
          const auto open = std::min(rest.find('{'), rest.size());
          target.path.append(rest.substr(0, open)).append(open < rest.size() ? "x" : "");
          rest.remove_prefix(open < rest.size() ? rest.find('}') + 1 : open);
        }
        const auto* security = operation.as_object().if_contains("security");
        target.everyone = security != nullptr && security->as_array().empty();
        if (const auto* name = operation.as_object().if_contains("x-permission"))
          target.permission = access::permission_named(std::string_view(name->as_string()));
        targets.push_back(target);
      }
  }
  int ask(const Target& target, const std::string& headers) {
    const auto answer = client->get(target.path, headers + "Content-Length: 0\r\n", target.method);
    if (answer.status >= 400) {
      EXPECT_EQ(answer.field("Content-Type"), "application/problem+json") << target.path;
    }
    return answer.status;
  }
  static std::string bearer(std::string_view token) { return "Authorization: Bearer " + std::string(token) + "\r\n"; }

  std::filesystem::path data;
  std::unique_ptr<store::Connection> connection;
  std::unique_ptr<store::CallLog> log;
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk;
  std::shared_ptr<rest::FixtureAuthenticator> authenticator = std::make_shared<rest::FixtureAuthenticator>();
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::TestClient> client;
  std::vector<Target> targets;
};

}  // namespace

TEST_F(Authorisation, OnlyTheseAreOpenToEveryone) {
  std::set<std::string> open;
  for (const auto& target : targets)
    if (target.everyone) open.insert(target.method + " " + target.path);
  EXPECT_EQ(open,
            (std::set<std::string>{"GET /api/health/live", "POST /api/auth/forgot-password", "POST /api/auth/login",
                                   "POST /api/auth/login/second-factor", "POST /api/auth/refresh",
                                   "POST /api/auth/register", "POST /api/auth/reset-password",
                                   "POST /api/auth/verify-email", "POST /api/auth/verify-email/again"}));
  EXPECT_GE(targets.size(), 12U);
}

TEST_F(Authorisation, NobodyGetsInWithoutProof) {
  for (const auto& target : targets) {
    if (target.everyone) continue;
    for (const std::string& headers :
         {std::string(), bearer(""), bearer("nobody"), bearer("owner x"),
          std::string("Authorization: Basic b3duZXI6\r\n"), std::string("Authorization: owner\r\n"),
          std::string("Authorization: bearer\r\n"), std::string("Cookie: session=\r\n"),
          std::string("Cookie: session=nobody\r\n"), std::string("Cookie: owner\r\n"),
          std::string("X-Forwarded-User: owner\r\n")})
      EXPECT_EQ(ask(target, headers), 401) << target.method << " " << target.path << " " << headers;
  }
}

TEST_F(Authorisation, NobodyGetsInWithTooLowARole) {
  int refused = 0;
  for (const auto& target : targets) {
    if (target.permission == nullptr) continue;
    for (const auto role : {access::Role::viewer, access::Role::editor, access::Role::admin, access::Role::owner}) {
      const int status = ask(target, bearer(access::name(role)));
      const bool may = role >= target.permission->least;
      EXPECT_EQ(status == 403 || status == 401, !may)
          << target.method << " " << target.path << " " << access::name(role);
      refused += may ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 0) << "otherwise this test shows nothing";
}

TEST_F(Authorisation, NoTokenGetsInWithoutTheScope) {
  for (const auto& target : targets) {
    if (target.everyone) continue;
    if (target.permission == nullptr) {  // people's own accounts
      for (const auto& each : access::permissions())
        ASSERT_EQ(ask(target, bearer("only-" + std::string(each.name))), 403) << target.method << " " << target.path;
      continue;
    }
    const std::string name(target.permission->name);
    EXPECT_EQ(ask(target, bearer("all-but-" + name)), 403) << target.method << " " << target.path;
    const int with_scope = ask(target, bearer("only-" + name));
    EXPECT_TRUE(with_scope != 401 && with_scope != 403) << target.method << " " << target.path << " " << with_scope;
    if (target.permission->least > access::Role::viewer) {
      EXPECT_EQ(ask(target, bearer("viewers-" + name)), 403) << "who made the token may no longer: " << target.path;
    }
  }
}

TEST_F(Authorisation, NoCookieCountsUnlessThePageWasOurs) {
  for (const auto& target : targets) {
    if (target.everyone || target.method == "GET") continue;
    EXPECT_EQ(ask(target, "Cookie: session=owner\r\n"), 403) << target.method << " " << target.path;
    const int shown = ask(target, "Cookie: session=owner\r\nX-Requested-With: frontdesk\r\n");
    EXPECT_TRUE(shown != 401 && shown != 403) << target.method << " " << target.path << " " << shown;
  }
}

TEST_F(Authorisation, AnotherOrganisationsCallsAreNotThere) {
  store::CallWriter writer(*connection);
  for (const auto* organisation : {"org_1", "org_2"}) {
    ASSERT_TRUE(accounts::insert_organisation(*connection, organisation, organisation, {1'795'359'120'000}));
    store::CallRow call;
    call.organisation = organisation;
    call.id = std::string("call_of_") + organisation;
    call.recording = "recordings/x.wav";
    call.journal = "x.tape";
    call.started_at = {1'795'359'120'000};
    ASSERT_TRUE(writer.begin(call));
    store::MessageRow message;
    message.organisation = organisation;
    message.id = std::string("msg_of_") + organisation;
    message.call = call.id;
    ASSERT_TRUE(writer.add_message(message));
  }
  EXPECT_EQ(client->get("/api/calls/call_of_org_1", bearer("owner")).status, 200);
  for (const auto* part : {"", "/transcript", "/decisions", "/recording"})
    EXPECT_EQ(client->get("/api/calls/call_of_org_2" + std::string(part), bearer("owner")).status, 404) << part;
  for (const auto* order : {"pause", "resume"})
    EXPECT_EQ(ask({"POST", "/api/calls/call_of_org_2/recording/" + std::string(order)}, bearer("owner")), 404);
  for (const auto* list : {"/api/calls/logs", "/api/messages", "/api/messages?call=call_of_org_2"}) {
    const auto body = client->get(list, bearer("owner")).body;
    EXPECT_EQ(body.find("org_2"), std::string::npos) << list << body;
  }
}

}  // namespace frontdesk::api
