#include "api/inbound_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace frontdesk::api {
namespace {

namespace bj = boost::json;

screening::Rules rules() {
  screening::Rules rules;
  rules.callers.blocked = {"+443335550199"};
  rules.callers.refuse_withheld = true;
  rules.allowed_from["surgery"] = {"+44333*"};
  rules.allowed_from["shop"] = {"*"};
  rules.lines = {{"surgery", "sip.example", "", "+443335550001"}, {"shop", "other.example", "", "+443335550002"}};
  return rules;
}

class InboundRoutes : public testing::Test {
 protected:
  bj::object ask(const std::string& body) {
    rest::ApiOptions options;
    options.tags = {{"Calls", ""}};
    rest::Api api(options, std::make_shared<rest::LocalOwner>("org_1"));
    add_inbound_routes(api, {[this] {
                               auto all = rules();
                               if (without_lines) all.lines.clear();
                               return all;
                             },
                             [] { return std::string("sip:reception@192.0.2.1"); }, [this] { return draining; }});
    http::Router router;
    api.mount(router);
    http::Request request;
    request.method = "POST";
    request.peer = *base::parse_endpoint("127.0.0.1:1");
    request.segments = {"api", "calls", "inbound"};
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    const auto answer = (*router.match("POST", request.segments).respond)(request);
    status = answer.status;
    return bj::parse(answer.body).as_object();
  }

  bool draining = false;
  bool without_lines = false;
  int status = 0;
};

TEST_F(InboundRoutes, DecideByTheRulesOfTheNumberDialled) {
  const auto yes = ask(R"({"from": "0333 555 0100", "to": "0333 555 0001", "name": "Ann"})");
  EXPECT_EQ(yes.at("action"), "accept") << bj::serialize(yes);
  EXPECT_EQ(yes.at("route"), "sip:reception@192.0.2.1");
  EXPECT_EQ(yes.at("line"), "surgery");
  EXPECT_EQ(yes.at("caller"), "+443335550100");
  const auto no = ask(R"({"from": "+442075550100", "to": "03335550001"})");
  EXPECT_EQ(no.at("action"), "reject");
  EXPECT_EQ(no.at("route"), "");
  EXPECT_EQ(no.at("sip_status"), 403);
  EXPECT_EQ(ask(R"({"from": "+442075550100", "to": "03335550002"})").at("line"), "shop");
  EXPECT_EQ(ask(R"({"from": "+442075550100", "to": "03335550001", "line": "shop"})").at("action"), "accept");
  EXPECT_EQ(ask(R"({"from": "+443335550199", "to": "03335550002"})").at("action"), "reject");
  EXPECT_EQ(ask(R"({"from": "anonymous", "to": "03335550002"})").at("sip_status"), 433);
}

TEST_F(InboundRoutes, DecideWithoutLinesToo) {
  without_lines = true;
  EXPECT_EQ(ask(R"({"from": "0333 555 0100", "to": "0333 555 0001"})").at("action"), "accept");
  EXPECT_EQ(ask(R"({"from": "+443335550199", "to": "0333 555 0001"})").at("action"), "reject");
}

TEST_F(InboundRoutes, TakeNobodyWhileTheProgramEnds) {
  draining = true;
  const auto no = ask(R"({"from": "0333 555 0100", "to": "0333 555 0001"})");
  EXPECT_EQ(no.at("action"), "reject");
  EXPECT_EQ(no.at("sip_status"), 503);
}

TEST_F(InboundRoutes, RefuseWhatIsNoCall) {
  (void)ask(R"({"from": "1", "to": "2", "line": "none"})");
  EXPECT_EQ(status, 404);
  (void)ask(R"({"from": "1"})");
  EXPECT_EQ(status, 422);
  (void)ask(R"({"from": "1", "to": "2", "name": "x\" <sip:+443335550100@sip.example>"})");
  EXPECT_EQ(status, 400) << "a name that would be read as a header";
  const auto odd = ask(R"({"from": ">\r\nP-Asserted-Identity: <sip:1@x>", "to": "'; DROP TABLE calls"})");
  EXPECT_EQ(status, 200);
  EXPECT_EQ(odd.at("action"), "reject");
}

}  // namespace
}  // namespace frontdesk::api
