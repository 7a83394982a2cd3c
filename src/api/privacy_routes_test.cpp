#include "api/privacy_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>

#include "accounts/desk.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "store/call_writer.hpp"
#include "store/caller_rows.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
using Text = base::Pii<std::string>;

constexpr const char* kNumber = "+443335550177";
constexpr const char* kPhrase = "marmalade umbrella telescope";

class PrivacyRoutes : public testing::Test {
 protected:
  std::unique_ptr<accounts::Desk> open() {
    std::filesystem::create_directories(folder / "recordings");
    return std::move(*accounts::Desk::open(folder, "", {"https://desk.example"}, none, base::wall_now()));
  }
  ~PrivacyRoutes() override {
    log.reset();
    connection.reset();
    desk.reset();
    std::filesystem::remove_all(folder);
  }

  void add_call(const std::string& id, const std::string& number, store::CallStatus status) {
    store::CallWriter writer(*connection);
    store::CallRow row;
    row.id = id;
    row.caller = Text(number);
    row.caller_name = Text("Zenobia");
    row.started_at = {1'795'359'120'000};
    row.status = store::CallStatus::in_progress;
    row.recording = "recordings/" + id + ".wav";
    row.journal = id + ".tape";
    ASSERT_TRUE(writer.begin(row));
    std::ofstream(folder / row.recording) << "sound";
    std::ofstream(folder / row.journal) << kPhrase;
    store::TurnRow turn;
    turn.call = id;
    turn.text = Text(kPhrase);
    ASSERT_TRUE(writer.add_turn(turn));
    ASSERT_TRUE(writer.add_consent({id, {1}, "ask", "given", Text("yes")}));
    store::MessageRow message;
    message.id = "msg_of_" + id;
    message.call = id;
    message.number = Text(number);
    message.reason = Text(kPhrase);
    ASSERT_TRUE(writer.add_message(message));
    row.status = status;
    if (status != store::CallStatus::in_progress) {
      ASSERT_TRUE(writer.finish(row));
    }
  }

  bj::object ask(const std::string& what, const std::string& number) {
    rest::ApiOptions options;
    options.tags = {{"Privacy", ""}};
    rest::Api api(options, std::make_shared<rest::LocalOwner>(std::string(store::kLocalOrganisation)));
    add_privacy_routes(api, {desk->office(), *log, "GB"});
    http::Router router;
    api.mount(router);
    http::Request request;
    request.method = "POST";
    request.peer = *base::parse_endpoint("127.0.0.1:1");
    request.segments = {"api", "privacy", what};
    request.headers = {{"Content-Type", "application/json"}};
    request.body = "{\"number\": \"" + number + "\"}";
    const auto answer = (*router.match("POST", request.segments).respond)(request);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return bj::parse(answer.body).as_object();
  }

  /// In any file of the data folder.
  std::string found(const std::string& text) const {
    std::string places;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      if (bytes.find(text) != std::string::npos) places += entry.path().filename().string() + " ";
    }
    return places;
  }

  const std::filesystem::path folder = std::filesystem::temp_directory_path() / base::new_id("privacy");
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk = open();
  std::unique_ptr<store::Connection> connection = std::move(*store::open_database(folder));
  std::unique_ptr<store::CallLog> log = std::move(*store::CallLog::open(folder));
};

}  // namespace

TEST_F(PrivacyRoutes, HandOutAllThatIsKept) {
  add_call("call_1", kNumber, store::CallStatus::answered);
  add_call("call_2", "+443335550188", store::CallStatus::answered);
  const auto all = ask("export", "0333 555 0177");
  EXPECT_EQ(all.at("number"), kNumber);
  ASSERT_EQ(all.at("calls").as_array().size(), 1U);
  const auto& call = all.at("calls").at(0);
  EXPECT_EQ(call.at("recording"), "/api/calls/call_1/recording");
  EXPECT_EQ(call.at("call").at("turns").at(0).at("text"), kPhrase);
  EXPECT_EQ(call.at("call").at("messages").at(0).at("reason"), kPhrase);
  EXPECT_EQ(call.at("call").at("consents").at(0).at("outcome"), "given");
  EXPECT_EQ(all.at("messages").as_array().size(), 1U);
  EXPECT_TRUE(ask("export", "+443335550199").at("calls").as_array().empty());
}

TEST_F(PrivacyRoutes, EraseSoThatNothingIsFoundAfterwards) {
  for (int i = 0; i < 30; ++i) add_call("call_1" + std::to_string(i), kNumber, store::CallStatus::answered);
  add_call("call_2", "+443335550188", store::CallStatus::answered);
  EXPECT_NE(found(kNumber), "");
  const auto done = ask("erase", "0333 555 0177");
  EXPECT_EQ(done.at("calls"), 30);
  EXPECT_EQ(done.at("recordings"), 30);
  EXPECT_EQ(done.at("journals"), 30);
  EXPECT_EQ(done.at("messages"), 30);
  EXPECT_EQ(found(kNumber), "") << "also not in free pages or the database's log";
  EXPECT_TRUE(log->call("call_2")) << "somebody else's";
  EXPECT_TRUE(std::filesystem::exists(folder / "recordings/call_2.wav"));
  EXPECT_FALSE(std::filesystem::exists(folder / "recordings/call_10.wav"));
  ASSERT_EQ(ask("erase", "0333 555 0188").at("calls"), 1);
  EXPECT_EQ(found(kPhrase), "");
  EXPECT_EQ(found("Zenobia"), "");
  EXPECT_TRUE(ask("export", kNumber).at("calls").as_array().empty());
}

TEST_F(PrivacyRoutes, EraseNothingOfACallThatGoesOn) {
  add_call("call_1", kNumber, store::CallStatus::in_progress);
  const auto done = ask("erase", kNumber);
  EXPECT_EQ(done.at("calls"), 0);
  EXPECT_EQ(done.at("still_running"), 1);
  EXPECT_TRUE(std::filesystem::exists(folder / "recordings/call_1.wav"));
}

TEST_F(PrivacyRoutes, AreInTheAuditLogWithoutTheNumber) {
  add_call("call_1", kNumber, store::CallStatus::answered);
  (void)ask("export", kNumber);
  (void)ask("erase", kNumber);
  const auto records = desk->office().audit.list(*connection, store::kLocalOrganisation, 0, 10);
  ASSERT_TRUE(records);
  ASSERT_GE(records->size(), 2U);
  EXPECT_EQ(records->front().action, "privacy.erased");
  EXPECT_EQ(records->front().subject, desk->office().audit.pseudonym(kNumber));
  EXPECT_EQ(found(kNumber), "");
}

}  // namespace frontdesk::api
