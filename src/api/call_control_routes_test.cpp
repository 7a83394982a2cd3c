#include "api/call_control_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "accounts/desk.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CallControlRoutes : public testing::Test {
 protected:
  void SetUp() override {
    add_call("call_on", std::string(store::kLocalOrganisation), store::CallStatus::in_progress);
    add_call("call_over", std::string(store::kLocalOrganisation), store::CallStatus::answered);
    ASSERT_TRUE(
        connection->write("INSERT INTO organisations (id, name, created_at) VALUES ('org_other', 'Other', 0)", {}));
    add_call("call_theirs", "org_other", store::CallStatus::in_progress);
  }
  ~CallControlRoutes() override {
    log.reset();
    connection.reset();
    desk.reset();
    std::filesystem::remove_all(folder);
  }

  void add_call(const std::string& id, const std::string& organisation, store::CallStatus status) {
    store::CallWriter writer(*connection);
    store::CallRow row;
    row.id = id;
    row.organisation = organisation;
    row.started_at = {1'795'359'120'000};
    row.status = store::CallStatus::in_progress;
    ASSERT_TRUE(writer.begin(row));
    row.status = status;
    if (status != store::CallStatus::in_progress) {
      ASSERT_TRUE(writer.finish(row));
    }
  }

  int post(const std::string& call, const std::string& order, const boost::json::object& body = {}) {
    rest::ApiOptions options;
    options.tags = {{"Calls", ""}};
    rest::Api api(options, std::make_shared<rest::LocalOwner>(std::string(store::kLocalOrganisation)));
    add_call_control_routes(api, {*log, control, &desk->office()});
    http::Router router;
    api.mount(router);
    http::Request request;
    request.method = "POST";
    request.peer = *base::parse_endpoint("127.0.0.1:1");
    request.segments = {"api", "calls", call, order};
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body.empty() ? "" : boost::json::serialize(body);
    auto match = router.match("POST", request.segments);
    request.parameters = match.parameters;
    return (*match.respond)(request).status;
  }
  std::vector<std::string> audited() {
    const auto rows =
        connection->run("SELECT action, subject FROM audit_log WHERE action LIKE 'call.%' ORDER BY sequence");
    std::vector<std::string> actions;
    for (const auto& row : *rows) actions.push_back(row.text(0) + " " + row.text(1));
    return actions;
  }

  const std::filesystem::path folder = std::filesystem::temp_directory_path() / base::new_id("control");
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk = [this] {
    std::filesystem::create_directories(folder);
    return std::move(*accounts::Desk::open(folder, "", {"https://desk.example"}, none, base::wall_now()));
  }();
  std::unique_ptr<store::Connection> connection = std::move(*store::open_database(folder));
  std::unique_ptr<store::CallLog> log = std::move(*store::CallLog::open(folder));
  bool running = true;
  std::string refusal;
  std::vector<std::string> told;
  CallControl control{[this](const std::string& call, const call::Event& event) {
                        if (running) told.push_back(call + " " + std::to_string(event.index()));
                        return CallControl::Outcome{!running, refusal};
                      },
                      [](const std::string& to) { return to == "Accounts"; }, [] { return true; }};
};

template <class E>
std::string as_told(const std::string& call) {
  return call + " " + std::to_string(call::Event(E{}).index());
}

}  // namespace

TEST_F(CallControlRoutes, OrdersReachTheCallAndTheAuditLog) {
  EXPECT_EQ(post("call_on", "takeover"), 202);
  EXPECT_EQ(post("call_on", "say", {{"text", "One moment."}}), 202);
  EXPECT_EQ(post("call_on", "whisper", {{"text", "Offer Tuesday."}}), 202);
  EXPECT_EQ(post("call_on", "giveback"), 202);
  EXPECT_EQ(post("call_on", "hold"), 202);
  EXPECT_EQ(post("call_on", "unhold"), 202);
  EXPECT_EQ(post("call_on", "transfer", {{"to", "Accounts"}}), 202);
  EXPECT_EQ(post("call_on", "hangup"), 202);
  EXPECT_THAT(told,
              ElementsAre(as_told<call::OperatorTookOver>("call_on"), as_told<call::OperatorSaid>("call_on"),
                          as_told<call::OperatorWhispered>("call_on"), as_told<call::OperatorGaveBack>("call_on"),
                          as_told<call::OperatorHeld>("call_on"), as_told<call::OperatorHeld>("call_on"),
                          as_told<call::OperatorPutThrough>("call_on"), as_told<call::HangUpRequested>("call_on")));
  EXPECT_THAT(audited(), ElementsAre("call.taken_over call_on", "call.had_said call_on", "call.whispered call_on",
                                     "call.given_back call_on", "call.held call_on", "call.unheld call_on",
                                     "call.put_through call_on", "call.hung_up call_on"));
}

TEST_F(CallControlRoutes, HowToPutThroughIsPassedOn) {
  std::vector<call::PutThroughKind> kinds;
  control.tell = [&](const std::string&, const call::Event& event) {
    kinds.push_back(std::get<call::OperatorPutThrough>(event).kind);
    return CallControl::Outcome{};
  };
  EXPECT_EQ(post("call_on", "transfer", {{"to", "Accounts"}}), 202);
  EXPECT_EQ(post("call_on", "transfer", {{"to", "Accounts"}, {"how", "warm"}}), 202);
  EXPECT_EQ(post("call_on", "transfer", {{"to", "Accounts"}, {"how", "cold"}}), 202);
  EXPECT_THAT(kinds, ElementsAre(call::PutThroughKind::usual, call::PutThroughKind::warm, call::PutThroughKind::cold));
}

TEST_F(CallControlRoutes, WhatDoesNotFitIsRefused) {
  for (const char* order : {"takeover", "giveback", "hold", "unhold", "hangup"}) {
    EXPECT_EQ(post("call_over", order), 409) << order;
    EXPECT_EQ(post("call_theirs", order), 404) << order;
    EXPECT_EQ(post("call_none", order), 404) << order;
  }
  EXPECT_EQ(post("call_on", "say", {{"text", ""}}), 422);
  EXPECT_EQ(post("call_on", "say", {{"text", std::string(501, 'x')}}), 422);
  EXPECT_EQ(post("call_on", "transfer", {{"to", "+447700900999"}}), 422);
  EXPECT_EQ(post("call_on", "transfer", {{"to", "Accounts"}, {"how", "lukewarm"}}), 422);
  control.minds_instructions = [] { return false; };
  EXPECT_EQ(post("call_on", "whisper", {{"text", "Offer Tuesday."}}), 409);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(audited(), IsEmpty());
  running = false;
  EXPECT_EQ(post("call_on", "hangup"), 409) << "it ended this moment";
  running = true;
  refusal = "the caller is being put through";
  EXPECT_EQ(post("call_on", "takeover"), 409);
  control.tell = {};
  EXPECT_EQ(post("call_on", "hangup"), 409) << "not possible here";
}

}  // namespace frontdesk::api
