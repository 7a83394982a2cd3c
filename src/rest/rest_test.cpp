// Endpoints as their callers see them: registered on a router, asked without a network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>

#include "base/assert.hpp"
#include "rest/api.hpp"
#include "rest/fixture_authenticator.hpp"
#include "rest/guard.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::rest {
namespace {

namespace bj = boost::json;
using testing::HasSubstr;

struct DoorPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(DoorPath, (), (id))
constexpr auto about(const DoorPath*) {
  return json::about("DoorPath", "", json::Note{.member = "id", .text = "Which door.", .pattern = "door_[a-z0-9]+"});
}

struct Paging {
  std::int64_t limit = 50;
  std::optional<double> wider;
  std::optional<std::string> name;
  std::vector<std::int64_t> sizes;
  bool open = false;
};
BOOST_DESCRIBE_STRUCT(Paging, (), (limit, wider, name, sizes, open))
constexpr auto about(const Paging*) {
  return json::about("Paging", "", json::Note{.member = "limit", .min = 1, .max = 200, .optional = true},
                     json::Note{.member = "name", .min_length = 1, .max_length = 5},
                     json::Note{.member = "sizes", .optional = true}, json::Note{.member = "open", .optional = true});
}

struct Door {
  std::string name;
  std::int64_t width = 900;
  base::Secret code;
};
BOOST_DESCRIBE_STRUCT(Door, (), (name, width, code))
constexpr auto about(const Door*) {
  return json::about("Door", "A way in.", json::Note{.member = "name", .max_length = 20},
                     json::Note{.member = "width", .min = 600, .optional = true},
                     json::Note{.member = "code", .optional = true});
}

using Show = Request<Path<DoorPath>>;
using Make = Request<Body<Door>>;

class RestTest : public ::testing::Test {
 protected:
  RestTest() {
    authenticator->add("viewer", person(access::Role::viewer));
    authenticator->add("admin", person(access::Role::admin));
    auto token = person(access::Role::admin);
    token.kind = access::Principal::Kind::token;
    token.id = "token_1";
    token.scopes = {"lines.read"};
    authenticator->add("token", token);
    options.tags = {{"Doors", "Ways in."}};
  }
  static access::Principal person(access::Role role) {
    access::Principal principal;
    principal.organisation = "org_1";
    principal.id = "user_" + std::string(access::name(role));
    principal.role = role;
    return principal;
  }

  void build() {
    api = std::make_unique<Api>(options, authenticator);
    add_doors();
    router = http::Router();
    api->mount(router);
  }
  void add_doors() {
    const auto read = Access::needs(access::permission::kReadLines);
    const auto write = Access::needs(access::permission::kWriteLines);
    api->get("/api/doors", {.id = "listDoors", .tag = "Doors", .access = read, .summary = "All doors"},
             [](const Request<Query<Paging>>& request) -> Answer<Door> {
               Door seen;
               seen.name = request.query.name.value_or("-") + (request.query.open ? " open" : "");
               seen.width = request.query.limit + static_cast<std::int64_t>(request.query.sizes.size());
               return seen;
             });
    api->get(
        "/api/doors/{id}",
        {.id = "showDoor", .tag = "Doors", .access = read, .summary = "One door", .fails = {{404, "no such door"}}},
        [](const Show& request) -> Answer<Tagged<Door>> {
          if (request.path.id == "door_none")
            return tl::unexpected(base::Error{base::ErrorCode::not_found, "doors", "no such door"});
          return Tagged<Door>{{.name = request.path.id}, "\"v1\""};
        });
    api->post(
        "/api/doors",
        {.id = "makeDoor", .tag = "Doors", .access = write, .summary = "Make a door", .body_bytes = 200, .keyed = true},
        [this](const Make& request) -> Answer<Created<Door>> {
          ++made;
          if (during) during();
          if (request.body.name == "stuck") return tl::unexpected(Problem(503, "the carpenter is ill"));
          return Created<Door>{request.body, "/api/doors/door_" + std::to_string(made)};
        });
    api->post("/api/doors/plans",
              {.id = "sendPlan",
               .tag = "Doors",
               .access = write,
               .summary = "Send a plan",
               .takes = {"image/png", "image/svg"}},
              [](const Request<>& request) -> Answer<Door> { return Door{.name = request.raw->body}; });
    api->put("/api/doors/{id}",
             {.id = "changeDoor", .tag = "Doors", .access = write, .summary = "Change a door", .conditional = true},
             [](const Request<Path<DoorPath>, Body<Door>>& request) -> Answer<NoContent> {
               if (auto same = request.expects("\"v1\""); !same) return tl::unexpected(same.error());
               return NoContent{};
             });
    api->get("/api/open", {.id = "open", .tag = "Doors", .access = Access::everyone(), .summary = "For all"},
             [](const Request<>& request) -> Answer<Door> { return Door{.name = request.principal.id}; });
    api->get("/api/me", {.id = "me", .tag = "Doors", .access = Access::signed_in(), .summary = "Myself"},
             [](const Request<>& request) -> Answer<Door> { return Door{.name = request.principal.id}; });
  }

  http::Response ask(const std::string& method, std::vector<std::string> path, http::Fields headers = {},
                     const std::string& body = {}, http::Fields query = {}) {
    if (!api) build();
    path.insert(path.begin(), "api");
    const auto match = router.match(method, path);
    EXPECT_NE(match.respond, nullptr);
    http::Request request;
    request.id = "req_1";
    request.method = method;
    request.segments = path;
    request.parameters = match.parameters;
    request.headers = std::move(headers);
    request.query = std::move(query);
    request.body = body;
    request.peer = *base::parse_endpoint(peer);
    return (*match.respond)(request);
  }
  http::Response post(const std::string& body, http::Fields headers = {},
                      const std::string& type = "application/json") {
    headers.push_back({"Authorization", "Bearer admin"});
    headers.push_back({"Content-Type", type});
    return ask("POST", {"doors"}, std::move(headers), body);
  }
  static std::string field(const http::Response& response, std::string_view name) {
    const auto* value = http::find_field(response.headers, name);
    return value == nullptr ? "" : *value;
  }

  ApiOptions options;
  std::shared_ptr<FixtureAuthenticator> authenticator = std::make_shared<FixtureAuthenticator>();
  std::unique_ptr<Api> api;
  http::Router router;
  std::string peer = "192.0.2.1:1000";
  int made = 0;
  std::function<void()> during;
};

const http::Fields kViewer{{"Authorization", "Bearer viewer"}};
const http::Fields kAdmin{{"Authorization", "Bearer admin"}};

}  // namespace

static_assert(!std::is_default_constructible_v<Access>, "an endpoint has to say who may use it");
static_assert(!std::is_default_constructible_v<Operation>);

TEST_F(RestTest, AnswersWithTypedJson) {
  const auto shown = ask("GET", {"doors", "door_1"}, kViewer);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, R"({"name":"door_1","width":900})") << "a secret never comes out";
  EXPECT_EQ(field(shown, "ETag"), "\"v1\"");
  EXPECT_EQ(field(shown, "Content-Type"), "application/json");
  const auto made_one = post(R"({"name":"a","code":"1234"})");
  EXPECT_EQ(made_one.status, 201);
  EXPECT_EQ(field(made_one, "Location"), "/api/doors/door_1");
}

TEST_F(RestTest, TellsErrorsAsProblems) {
  const auto none = ask("GET", {"doors", "door_none"}, kViewer);
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(field(none, "Content-Type"), "application/problem+json");
  const auto problem = bj::parse(none.body);
  EXPECT_EQ(problem.at("detail").as_string(), "no such door");
  EXPECT_EQ(problem.at("title").as_string(), "Not Found");
  EXPECT_EQ(ask("GET", {"doors", "../x"}, kViewer).status, 404) << "what cannot be an id";
  for (const auto& [code, status] :
       std::vector<std::pair<base::ErrorCode, int>>{{base::ErrorCode::invalid_argument, 400},
                                                    {base::ErrorCode::unauthenticated, 401},
                                                    {base::ErrorCode::permission_denied, 403},
                                                    {base::ErrorCode::already_exists, 409},
                                                    {base::ErrorCode::aborted, 409},
                                                    {base::ErrorCode::resource_exhausted, 429},
                                                    {base::ErrorCode::internal, 500},
                                                    {base::ErrorCode::data_loss, 500},
                                                    {base::ErrorCode::unavailable, 503},
                                                    {base::ErrorCode::deadline_exceeded, 504}})
    EXPECT_EQ(Problem(base::Error{code, "x", "y"}).status, status);
}

TEST_F(RestTest, ReadsParameters) {
  const auto answer =
      ask("GET", {"doors"}, kViewer, {},
          {{"limit", "3"}, {"wider", "1.5"}, {"name", " ab"}, {"sizes", "1"}, {"sizes", "2"}, {"open", "true"}});
  EXPECT_EQ(answer.body, R"({"name":"ab open","width":5})");
  EXPECT_EQ(ask("GET", {"doors"}, kViewer).body, R"({"name":"-","width":50})");
}

TEST_F(RestTest, NamesEveryParameterThatIsWrong) {
  const auto answer = ask("GET", {"doors"}, kViewer, {},
                          {{"limit", "0"},
                           {"wider", "x"},
                           {"name", ""},
                           {"sizes", "1"},
                           {"sizes", "1.5"},
                           {"open", "yes"},
                           {"Limit", "1"},
                           {"\xFF", "1"}});
  EXPECT_EQ(answer.status, 400);
  const auto problem = bj::parse(answer.body);
  EXPECT_EQ(problem.at("parameter").as_string(), "limit");
  std::vector<std::string> names;
  for (const auto& error : problem.at("errors").as_array()) names.emplace_back(error.at("parameter").as_string());
  EXPECT_THAT(names, testing::ElementsAre("limit", "wider", "name", "sizes", "open", "Limit", "\xEF\xBF\xBD"));
  for (const auto* bad : {"1e1", "1.0", "201", "+1", "0x1", "null", "\"1\"", "", "99999999999999999999"})
    EXPECT_EQ(ask("GET", {"doors"}, kViewer, {}, {{"limit", bad}}).status, 400) << bad;
  EXPECT_EQ(ask("GET", {"doors"}, kViewer, {}, {{"limit", "1"}, {"limit", "1"}}).status, 400);
  EXPECT_EQ(ask("GET", {"open"}, {}, {}, {{"x", "1"}}).status, 400) << "an address without parameters";
}

TEST_F(RestTest, RefusesBodiesThatDoNotFit) {
  const auto wrong = post(R"({"width":1,"nose":true})");
  EXPECT_EQ(wrong.status, 422);
  const auto problem = bj::parse(wrong.body);
  EXPECT_EQ(problem.at("type").as_string(), "/api/docs#problem-validation");
  EXPECT_EQ(bj::serialize(problem.at("errors")),
            R"([{"pointer":"/name","detail":"this member is missing"},)"
            R"({"pointer":"/width","detail":"write a whole number of at least 600"},)"
            R"({"pointer":"/nose","detail":"there is no such member, only name, width, code"}])");
  EXPECT_EQ(post("{").status, 400);
  EXPECT_EQ(post("").status, 400);
  EXPECT_EQ(bj::parse(post(R"({"name":"a","name":"b"})").body).at("errors").at(0).at("pointer").as_string(), "/name");
  EXPECT_EQ(post(R"({"name":"a"})", {}, "text/plain").status, 415);
  EXPECT_EQ(post(R"({"name":"a"})", {}, "application/jsonx").status, 415);
  EXPECT_EQ(post(R"({"name":"a"})", {}, "Application/JSON; charset=utf-8").status, 201);
  EXPECT_EQ(post("{\"name\":\"" + std::string(200, 'a') + "\"}").status, 413) << "the route's own limit";
  EXPECT_EQ(made, 1);
}

TEST_F(RestTest, TakesFilesOfTheTypesItNames) {
  const auto send = [&](const std::string& type) {
    return ask("POST", {"doors", "plans"}, {{"Authorization", "Bearer admin"}, {"Content-Type", type}}, "%PNG");
  };
  EXPECT_EQ(bj::parse(send("image/PNG; q=1").body).at("name").as_string(), "%PNG");
  const auto other = send("text/html");
  EXPECT_EQ(other.status, 415);
  EXPECT_NE(other.body.find("image/png, image/svg"), std::string::npos);
  EXPECT_EQ(ask("POST", {"doors", "plans"}, {{"Authorization", "Bearer admin"}}, "x").status, 415);
  const auto document = api->document();
  const auto& post = document.at("paths").at("/api/doors/plans").at("post");
  EXPECT_TRUE(post.at("requestBody").at("content").as_object().contains("image/svg"));
  EXPECT_TRUE(post.at("responses").as_object().contains("413"));
}

TEST_F(RestTest, AsksWhoItIs) {
  EXPECT_EQ(ask("GET", {"doors"}).status, 401);
  EXPECT_EQ(field(ask("GET", {"doors"}), "WWW-Authenticate"), "Bearer realm=\"frontdesk\"");
  EXPECT_EQ(ask("GET", {"doors"}, {{"Authorization", "Bearer nobody"}}).status, 401);
  EXPECT_EQ(ask("GET", {"doors"}, {{"Authorization", "Basic viewer"}}).status, 401);
  EXPECT_EQ(ask("GET", {"open"}).body, R"({"name":"","width":900})");
  EXPECT_EQ(ask("GET", {"me"}).status, 401);
  EXPECT_EQ(ask("GET", {"me"}, kViewer).body, R"({"name":"user_viewer","width":900})");
  EXPECT_EQ(ask("GET", {"me"}, {{"Authorization", "Bearer token"}}).status, 403) << "a token is nobody's account";
}

TEST_F(RestTest, AsksWhetherTheyMay) {
  EXPECT_EQ(ask("POST", {"doors"}, kViewer, R"({"name":"a"})").status, 403) << "before the body is looked at";
  EXPECT_EQ(ask("GET", {"doors"}, {{"Authorization", "Bearer token"}}).status, 200);
  const auto answer = ask("PUT", {"doors", "door_1"}, {{"Authorization", "Bearer token"}});
  EXPECT_EQ(answer.status, 403) << "the role may, the scopes may not";
  EXPECT_THAT(answer.body, HasSubstr("lines.write"));
  EXPECT_EQ(made, 0);
}

TEST_F(RestTest, WantsProofThatABrowserSentItFromOurPage) {
  http::Fields cookie{{"Cookie", "session=admin"}, {"Content-Type", "application/json"}};
  EXPECT_EQ(ask("GET", {"doors"}, cookie).status, 200);
  EXPECT_EQ(ask("POST", {"doors"}, cookie, R"({"name":"a"})").status, 403);
  cookie.push_back({"X-Requested-With", "frontdesk"});
  EXPECT_EQ(ask("POST", {"doors"}, cookie, R"({"name":"a"})").status, 201);
  EXPECT_EQ(post(R"({"name":"a"})").status, 201) << "a token is not sent by browsers on their own";
}

TEST_F(RestTest, HoldsTheVersionThatWasSeen) {
  const auto put = [&](http::Fields headers) {
    headers.push_back({"Authorization", "Bearer admin"});
    headers.push_back({"Content-Type", "application/json"});
    return ask("PUT", {"doors", "door_1"}, std::move(headers), R"({"name":"a"})").status;
  };
  EXPECT_EQ(put({}), 428);
  EXPECT_EQ(put({{"If-Match", "\"v0\""}}), 412);
  EXPECT_EQ(put({{"If-Match", "W/\"v1\""}}), 412) << "weak tags do not match here";
  EXPECT_EQ(put({{"If-Match", "\"v0\", \"v1\""}}), 204);
  EXPECT_EQ(put({{"If-Match", "*"}}), 204);
}

TEST_F(RestTest, CarriesOutARepeatedRequestOnce) {
  const http::Fields key{{"Idempotency-Key", "k1"}};
  const auto first = post(R"({"name":"a"})", key);
  const auto second = post(R"({"name":"a"})", key);
  EXPECT_EQ(made, 1);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(field(second, "Location"), field(first, "Location"));
  EXPECT_EQ(field(second, "Idempotency-Replayed"), "true");
  EXPECT_EQ(post(R"({"name":"b"})", key).status, 422);
  EXPECT_EQ(made, 1);
  EXPECT_EQ(post(R"({"name":"a"})", {{"Idempotency-Key", "k2"}}).status, 201);
  EXPECT_EQ(post(R"({"name":"a"})", {{"Idempotency-Key", "k 3"}}).status, 400);
  EXPECT_EQ(post(R"({"name":"a"})", {{"Idempotency-Key", ""}}).status, 400);
  EXPECT_EQ(made, 2);
}

TEST_F(RestTest, TellsThatTheSameRequestIsUnderWay) {
  int inner = 0;
  during = [&] {
    during = {};
    inner = post(R"({"name":"a"})", {{"Idempotency-Key", "k1"}}).status;
  };
  EXPECT_EQ(post(R"({"name":"a"})", {{"Idempotency-Key", "k1"}}).status, 201);
  EXPECT_EQ(inner, 409);
  EXPECT_EQ(made, 1);
}

TEST_F(RestTest, LetsWhatFailedBeTriedAgain) {
  const http::Fields key{{"Idempotency-Key", "k1"}};
  EXPECT_EQ(post(R"({"name":"stuck"})", key).status, 503);
  EXPECT_EQ(post(R"({"name":"a"})", key).status, 201) << "nothing was done under this key";
  during = [] { throw std::runtime_error("broken"); };
  EXPECT_THROW(post(R"({"name":"a"})", {{"Idempotency-Key", "k2"}}), std::runtime_error);
  during = {};
  EXPECT_EQ(post(R"({"name":"a"})", {{"Idempotency-Key", "k2"}}).status, 201);
}

TEST_F(RestTest, KeysAreTheCallersOwn) {
  authenticator->add("other", person(access::Role::owner));
  EXPECT_EQ(post(R"({"name":"a"})", {{"Idempotency-Key", "k1"}}).status, 201);
  const auto answer =
      ask("POST", {"doors"},
          {{"Authorization", "Bearer other"}, {"Content-Type", "application/json"}, {"Idempotency-Key", "k1"}},
          R"({"name":"a"})");
  EXPECT_EQ(field(answer, "Idempotency-Replayed"), "");
  EXPECT_EQ(made, 2);
}

TEST_F(RestTest, LimitsHowOftenSomebodyAsks) {
  options.per_address = {.per_second = 0.001, .burst = 3};
  options.per_caller = {.per_second = 0.001, .burst = 2};
  EXPECT_EQ(field(ask("GET", {"doors"}, kViewer), "RateLimit-Remaining"), "1");
  EXPECT_EQ(ask("GET", {"doors"}, kViewer).status, 200);
  const auto third = ask("GET", {"doors"}, kViewer);
  EXPECT_EQ(third.status, 429) << "the caller's";
  EXPECT_GE(std::stoi(field(third, "Retry-After")), 1);
  EXPECT_EQ(field(third, "RateLimit-Remaining"), "0");
  EXPECT_EQ(ask("GET", {"doors"}, kAdmin).status, 429) << "the address's";
  peer = "192.0.2.2:1000";
  EXPECT_EQ(ask("GET", {"doors"}, kAdmin).status, 200);
  EXPECT_EQ(ask("GET", {"doors"}, kViewer).status, 429) << "the caller's, wherever from";
}

TEST(AddressKey, IsTheNetworkOfAnIpv6Address) {
  EXPECT_EQ(address_key(*base::parse_endpoint("[2001:db8::1]:1")),
            address_key(*base::parse_endpoint("[2001:db8::ffff]:2")));
  EXPECT_NE(address_key(*base::parse_endpoint("[2001:db8::1]:1")),
            address_key(*base::parse_endpoint("[2001:db8:0:1::1]:1")));
  EXPECT_NE(address_key(*base::parse_endpoint("192.0.2.1:1")), address_key(*base::parse_endpoint("192.0.2.2:1")));
}

TEST_F(RestTest, DescribesItself) {
  build();
  const bj::value document = api->document();
  EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
  const auto& make = document.at("paths").at("/api/doors").at("post");
  EXPECT_EQ(make.at("operationId").as_string(), "makeDoor");
  EXPECT_EQ(make.at("x-permission").as_string(), "lines.write");
  EXPECT_EQ(make.at("requestBody").at("content").at("application/json").at("schema").at("$ref").as_string(),
            "#/components/schemas/DoorInput");
  EXPECT_EQ(make.at("responses").at("201").at("headers").at("Location").at("$ref").as_string(),
            "#/components/headers/Location");
  EXPECT_EQ(document.at("paths").at("/api/open").at("get").at("security"), bj::array());
  const auto& limit = document.at("paths").at("/api/doors").at("get").at("parameters").at(0);
  EXPECT_EQ(bj::serialize(limit.at("schema")),
            R"({"type":"integer","minimum":1,"maximum":200,"format":"int64","default":50})");
  EXPECT_EQ(bj::serialize(document).find("?input"), std::string::npos);
}

TEST_F(RestTest, DescribesItselfTheSameWayEachTime) {
  build();
  const auto first = bj::serialize(api->document());
  build();
  EXPECT_EQ(bj::serialize(api->document()), first);
}

TEST(LocalOwner, IsWhoWorksAtThisMachine) {
  LocalOwner owner("org_1");
  http::Request request;
  request.host = "localhost:8080";
  request.peer = *base::parse_endpoint("127.0.0.1:1");
  const auto caller = owner.authenticate(request);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->principal.role, access::Role::owner);
  EXPECT_EQ(caller->principal.organisation, "org_1");
  request.headers = {{"Origin", "http://localhost:8080"}};
  EXPECT_TRUE(owner.authenticate(request));
  for (const auto* origin :
       {"https://crm.example.org", "http://localhost:3000", "null", "http://evil/localhost:8080"}) {
    request.headers = {{"Origin", origin}};
    EXPECT_EQ(owner.authenticate(request).error().status, 401) << origin;
  }
  request.headers.clear();
  request.peer = *base::parse_endpoint("192.0.2.1:1");
  EXPECT_EQ(owner.authenticate(request).error().status, 401);
}

TEST_F(RestTest, RefusesSlipsOfThePen) {
  build();
  const auto any = Access::everyone();
  const auto answer = [](const Request<>&) -> Answer<Door> { return Door{}; };
  EXPECT_THROW(api->get("/api/x", {.id = "me", .tag = "Doors", .access = any, .summary = "x"}, answer),
               base::InvariantViolation)
      << "the id is taken";
  EXPECT_THROW(api->get("/api/me", {.id = "x", .tag = "Doors", .access = any, .summary = "x"}, answer),
               base::InvariantViolation)
      << "the address is taken";
  EXPECT_THROW(api->get("/api/x", {.id = "x", .tag = "Windows", .access = any, .summary = "x"}, answer),
               base::InvariantViolation)
      << "an unknown tag";
  EXPECT_THROW(api->get("/api/x/{id}", {.id = "x", .tag = "Doors", .access = any, .summary = "x"}, answer),
               base::InvariantViolation)
      << "nothing reads {id}";
}

}  // namespace frontdesk::rest
