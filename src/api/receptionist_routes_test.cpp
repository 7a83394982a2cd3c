#include "api/receptionist_routes.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "accounts/desk.hpp"
#include "api/api.hpp"
#include "api/receptionist_desk_test.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"
#include "rest/fixture_authenticator.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;

class ReceptionistRoutes : public ::testing::Test {
 protected:
  ReceptionistRoutes() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-receptionist-XXXXXX").string();
    data = mkdtemp(pattern.data());
    connection = std::move(*store::open_database(data));
    log = std::move(*store::CallLog::open(data));
    desk = std::move(*accounts::Desk::open(data, "", {"https://desk.example"}, none, {1'795'359'120'000}));
    Sources sources{*log, [] { return Health{}; }};
    sources.authenticator = authenticator;
    sources.office = &desk->office();
    sources.accounts = &desk->accounts();
    sources.receptionist = sample_desk();
    sources.settings_changed = [this]() -> base::Status {
      ++taken_in_force;
      if (refuse) return base::fail(base::ErrorCode::unavailable, "test", "no room");
      return {};
    };
    for (const auto& organisation : {"org_local", "org_2"}) {
      access::Principal who;
      who.organisation = organisation;
      who.id = "user_1";
      who.role = access::Role::owner;
      authenticator->add(organisation, who);
    }
    http::ServerOptions options;
    options.listen = *base::parse_endpoint("127.0.0.1:0");
    server = std::move(*http::Server::start(options, routes(sources)));
    client = std::make_unique<http::TestClient>(server->bound());
  }
  ~ReceptionistRoutes() override {
    client.reset();
    server.reset();
    EXPECT_TRUE(desk->office()
                    .with_connection([&](store::Connection& each) { return desk->office().audit.verify(each); })
                    ->findings.empty());
    desk.reset();
    std::filesystem::remove_all(data);
  }

  struct Answer {
    int status = 0;
    std::string tag;
    bj::value body;
  };
  Answer ask(const std::string& method, const std::string& path, const std::string& body = {},
             const std::string& tag = {}, const std::string& organisation = "org_local") {
    std::string headers = "Authorization: Bearer " + organisation + "\r\n";
    if (!tag.empty()) headers += "If-Match: " + tag + "\r\n";
    if (!body.empty()) headers += "Content-Type: application/json\r\n";
    headers += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    if (!client->send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body)) return {};
    const auto got = client->receive();
    return {got.status, std::string(got.field("ETag")), got.body.empty() ? bj::value() : bj::parse(got.body)};
  }
  std::string tag() { return ask("GET", "/api/receptionist/config").tag; }
  Answer publish(const std::string& body) { return ask("PUT", "/api/receptionist/config", body, tag()); }

  std::filesystem::path data;
  std::unique_ptr<store::Connection> connection;
  std::unique_ptr<store::CallLog> log;
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk;
  std::shared_ptr<rest::FixtureAuthenticator> authenticator = std::make_shared<rest::FixtureAuthenticator>();
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::TestClient> client;
  int taken_in_force = 0;
  bool refuse = false;
};

std::string source_of(const bj::value& view, std::string_view part) {
  for (const auto& each : view.at("parts").as_array())
    if (std::string_view(each.at("part").as_string()) == part) return std::string(each.at("source").as_string());
  return "none";
}

}  // namespace

TEST_F(ReceptionistRoutes, WhatIsSavedIsPublishedAndTheRestComesFromTheFile) {
  const auto before = ask("GET", "/api/receptionist/config");
  EXPECT_EQ(before.body.at("version"), 0);
  EXPECT_EQ(source_of(before.body, "greeting"), "file");
  const auto after = publish(R"({"greeting":"Good day.","faq":[{"question":"Dogs?","answer":"No dogs."}]})");
  ASSERT_EQ(after.status, 200) << after.body;
  EXPECT_NE(after.tag, before.tag);
  EXPECT_EQ(after.body.at("version"), 1);
  EXPECT_EQ(after.body.at("settings").at("greeting"), "Good day.");
  EXPECT_EQ(after.body.at("settings").at("company").at("name"), "Hillside Dental");
  EXPECT_TRUE(after.body.at("published").at("company").is_null());
  EXPECT_EQ(source_of(after.body, "greeting"), "published");
  EXPECT_EQ(source_of(after.body, "company"), "file");
  EXPECT_EQ(taken_in_force, 1);
}

TEST_F(ReceptionistRoutes, WhoHasNotSeenWhatThereIsChangesNothing) {
  const auto seen = tag();
  EXPECT_EQ(ask("PUT", "/api/receptionist/config", R"({"greeting":"A"})").status, 428);
  EXPECT_EQ(ask("PUT", "/api/receptionist/config", R"({"greeting":"A"})", seen).status, 200);
  EXPECT_EQ(ask("PUT", "/api/receptionist/config", R"({"greeting":"B"})", seen).status, 412);
  EXPECT_EQ(ask("PUT", "/api/receptionist/draft", R"({"greeting":"B"})", seen).status, 412);
  EXPECT_EQ(ask("GET", "/api/receptionist/config").body.at("settings").at("greeting"), "A");
  EXPECT_EQ(taken_in_force, 1);
}

TEST_F(ReceptionistRoutes, ADraftWaitsIsComparedAndPublishedWithANote) {
  ASSERT_EQ(publish(R"({"greeting":"A","people":[{"name":"Ann"}]})").status, 200);
  const auto drafted = ask("PUT", "/api/receptionist/config?draft=true",
                           R"({"greeting":"B","people":[{"name":"Ann"},{"name":"Bo"}]})", tag());
  ASSERT_EQ(drafted.status, 200);
  EXPECT_EQ(drafted.body.at("settings").at("greeting"), "A") << "nothing is in force";
  EXPECT_EQ(drafted.body.at("has_draft"), true);
  EXPECT_EQ(taken_in_force, 1);
  const auto diff = ask("GET", "/api/receptionist/diff").body.at("changes").as_array();
  ASSERT_EQ(diff.size(), 2U) << diff;
  EXPECT_EQ(diff[0].at("pointer"), "/greeting");
  EXPECT_EQ(diff[0].at("before"), "A");
  EXPECT_EQ(diff[0].at("after"), "B");
  EXPECT_EQ(diff[1].at("pointer"), "/people/1");
  EXPECT_TRUE(diff[1].at("before").is_null());
  const auto published = ask("POST", "/api/receptionist/publish", R"({"note":"Bo is new"})", tag());
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.body.at("version"), 2);
  EXPECT_EQ(ask("GET", "/api/receptionist/draft").status, 404);
  const auto versions = ask("GET", "/api/receptionist/versions").body.at("versions").as_array();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].at("note"), "Bo is new");
  EXPECT_EQ(versions[1].at("state"), "superseded");
}

TEST_F(ReceptionistRoutes, AnEarlierVersionComesBackAndTheDraftStays) {
  ASSERT_EQ(publish(R"({"greeting":"A"})").status, 200);
  ASSERT_EQ(publish(R"({"greeting":"B"})").status, 200);
  ASSERT_EQ(ask("PUT", "/api/receptionist/draft", R"({"greeting":"C"})", tag()).status, 200);
  EXPECT_EQ(ask("POST", "/api/receptionist/versions/9/restore", "", tag()).status, 404);
  EXPECT_EQ(ask("POST", "/api/receptionist/versions/3/restore", "", tag()).status, 409) << "it is the draft";
  const auto restored = ask("POST", "/api/receptionist/versions/1/restore", "", tag());
  ASSERT_EQ(restored.status, 200) << restored.body;
  EXPECT_EQ(restored.body.at("settings").at("greeting"), "A");
  EXPECT_EQ(restored.body.at("version"), 4);
  EXPECT_EQ(ask("GET", "/api/receptionist/draft").body.at("settings").at("greeting"), "C");
  EXPECT_EQ(ask("DELETE", "/api/receptionist/draft", "", tag()).status, 204);
  EXPECT_EQ(ask("DELETE", "/api/receptionist/draft", "", tag()).status, 404);
}

TEST_F(ReceptionistRoutes, WhatIsWrongIsToldByItsPlaceAndSavedNowhere) {
  const auto wrong = publish(R"({"voice":{"id":"nobody"},"services":[{"name":"A","price":"cheap"}]})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.body.at("errors").as_array().size(), 2U) << wrong.body;
  EXPECT_EQ(publish(R"({"personality":"warm"})").status, 422);
  EXPECT_EQ(publish("[]").status, 422);
  EXPECT_EQ(ask("GET", "/api/receptionist/versions").body.at("versions").as_array().size(), 0U);
  EXPECT_EQ(taken_in_force, 0);
}

TEST_F(ReceptionistRoutes, WhatIsSavedButNotInForceIsSaidToBeSo) {
  refuse = true;
  const auto told = publish(R"({"greeting":"A"})");
  EXPECT_EQ(told.status, 503);
  EXPECT_NE(std::string(told.body.at("detail").as_string()).find("saved"), std::string::npos);
  EXPECT_EQ(ask("GET", "/api/receptionist/config").body.at("version"), 1);
}

TEST_F(ReceptionistRoutes, AnotherOrganisationSeesNothingOfItAndChangesNothing) {
  ASSERT_EQ(publish(R"({"greeting":"A"})").status, 200);
  EXPECT_EQ(ask("GET", "/api/receptionist/versions/1", "", "", "org_2").status, 404);
  const auto theirs = ask("GET", "/api/receptionist/config", "", "", "org_2");
  EXPECT_EQ(theirs.body.at("version"), 0);
  EXPECT_EQ(ask("PUT", "/api/receptionist/config", R"({"greeting":"B"})", theirs.tag, "org_2").status, 409);
  const auto document = ask("POST", "/api/knowledge/documents", R"({"title":"T","text":"No dogs."})");
  ASSERT_EQ(document.status, 201) << document.body;
  const auto path = "/api/knowledge/documents/" + std::string(document.body.at("id").as_string());
  EXPECT_EQ(ask("GET", path, "", "", "org_2").status, 404);
  EXPECT_EQ(ask("DELETE", path, "", document.tag, "org_2").status, 409);
  EXPECT_EQ(ask("GET", path).status, 200);
}

TEST_F(ReceptionistRoutes, DocumentsAreCutIntoPassagesAndTakenInForce) {
  const auto made = ask("POST", "/api/knowledge/documents",
                        R"({"title":"House","text":"# Dogs\nNo dogs.\n\n# Lift\nThere is a lift."})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body.at("passages"), 2);
  EXPECT_EQ(taken_in_force, 1);
  const auto path = "/api/knowledge/documents/" + std::string(made.body.at("id").as_string());
  const auto seen = ask("GET", path);
  EXPECT_EQ(seen.body.at("text"), "# Dogs\nNo dogs.\n\n# Lift\nThere is a lift.");
  EXPECT_EQ(ask("PUT", path, R"({"title":"House","text":"Cats only."})", "\"other\"").status, 412);
  const auto changed = ask("PUT", path, R"({"title":"House","text":"Cats only."})", seen.tag);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.body.at("passages"), 1);
  EXPECT_EQ(ask("POST", "/api/knowledge/documents", R"({"title":"T","text":"# "})").status, 422);
  std::string many;
  for (int i = 0; i < 501; ++i) many += "Paragraph.\\n\\n";
  EXPECT_EQ(ask("POST", "/api/knowledge/documents", R"({"title":"T","text":")" + many + "\"}").status, 409);
  EXPECT_EQ(ask("GET", "/api/knowledge/documents").body.at("documents").as_array().size(), 1U);
  EXPECT_EQ(ask("DELETE", path, "", changed.tag).status, 204);
  EXPECT_EQ(ask("GET", path).status, 404);
}

TEST_F(ReceptionistRoutes, VoicesComeInPagesAndCanBeHeard) {
  std::size_t count = 0, pages = 0;
  for (std::string cursor; pages < 9; ++pages) {
    const auto page = ask("GET", "/api/voice/profiles?limit=25" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200);
    count += page.body.at("voices").as_array().size();
    if (page.body.at("next_cursor").is_null()) break;
    cursor = std::string(page.body.at("next_cursor").as_string());
  }
  EXPECT_EQ(count, 62U);
  EXPECT_EQ(pages, 2U);
  EXPECT_EQ(ask("GET", "/api/voice/nobody/preview").status, 404);
  const auto wav = client->get("/api/voice/flite:slt/preview", "Authorization: Bearer org_local\r\n");
  EXPECT_EQ(wav.body.substr(0, 4), "RIFF");
  EXPECT_EQ(wav.body.substr(44), std::string("\x01\x00\xFE\xFF\x03\x00", 6));
}

TEST_F(ReceptionistRoutes, ATrialIsAnsweredByWhatIsAskedFor) {
  const auto now = ask("POST", "/api/receptionist/test", R"({"say":"Dogs?"})");
  EXPECT_EQ(now.body.at("answer"), "in force: Dogs?") << now.body;
  EXPECT_EQ(ask("POST", "/api/receptionist/test", R"({"say":"Dogs?","version":"draft"})").status, 404);
  ASSERT_EQ(ask("PUT", "/api/receptionist/draft", R"({"greeting":"C"})", tag()).status, 200);
  const auto drafted = ask("POST", "/api/receptionist/test", R"({"say":"Dogs?","version":"draft"})");
  EXPECT_EQ(drafted.body.at("answer"), "draft: Dogs?");
  EXPECT_EQ(drafted.body.at("version"), 1);
}

TEST_F(ReceptionistRoutes, MessagesAreFilteredMarkedAndDeleted) {
  store::CallWriter writer(*connection, "");
  store::CallRow call;
  call.id = "call_1";
  call.started_at = {1};
  ASSERT_TRUE(writer.begin(call));
  for (int i = 0; i < 5; ++i) {
    store::MessageRow message;
    message.id = "msg_" + std::to_string(i);
    message.call = "call_1";
    message.taken_at = {7};  // the same moment: the id decides
    ASSERT_TRUE(writer.add_message(message));
  }
  const auto first = ask("GET", "/api/messages?limit=3&status=new");
  ASSERT_EQ(first.body.at("messages").as_array().size(), 3U) << first.body;
  const auto next =
      ask("GET", "/api/messages?limit=3&status=new&cursor=" + std::string(first.body.at("next_cursor").as_string()));
  ASSERT_EQ(next.body.at("messages").as_array().size(), 2U);
  EXPECT_EQ(next.body.at("messages").as_array()[0].at("id"), "msg_1");
  EXPECT_TRUE(next.body.at("next_cursor").is_null());
  EXPECT_EQ(ask("PATCH", "/api/messages/msg_1", R"({"status":"done"})").body.at("status"), "done");
  EXPECT_EQ(ask("PATCH", "/api/messages/msg_1", R"({"status":"lost"})").status, 422);
  EXPECT_EQ(ask("GET", "/api/messages?status=done").body.at("messages").as_array().size(), 1U);
  EXPECT_EQ(ask("GET", "/api/messages/msg_1", "", "", "org_2").status, 404);
  EXPECT_EQ(ask("PATCH", "/api/messages/msg_1", R"({"status":"read"})", "", "org_2").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/messages/msg_1", "", "", "org_2").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/messages/msg_1").status, 204);
  EXPECT_EQ(ask("GET", "/api/messages/msg_1").status, 404);
}

}  // namespace frontdesk::api
