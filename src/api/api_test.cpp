#include "api/api.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>

#include "api/call_views.hpp"
#include "api/web_assets.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"
#include "media/recording/call_recording.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
using Text = base::Pii<std::string>;

constexpr std::string_view kScript = "<script>alert('\"x\"')</script>\u2028";

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-api-XXXXXX").string();
    parent = mkdtemp(pattern.data());
    const auto data = parent / "data";
    std::filesystem::create_directories(data / "recordings");
    connection = std::move(*store::open_database(data));
    std::ofstream(data / "recordings" / "1.wav") << "RIFF0123456789";
    std::ofstream(data / "1.tape") << "     0.100  leg_established\n"
                                      "     2.000  > why endpoint \"waiting 260 ms: "
                                   << kScript << "\xEB\"\n     2.500  > turn caller \"hi\"\n";
    std::ofstream(parent / "secret.wav") << "secret";
    seed();
    log = std::move(*store::CallLog::open(data));
    http::ServerOptions options;
    options.listen = *base::parse_endpoint("127.0.0.1:0");
    server = std::move(*http::Server::start(options, routes({*log, [this] { return health; }, keys,
                                                             [this](const std::string& call, bool paused) {
                                                               wishes.push_back(call + (paused ? " pause" : " resume"));
                                                               return call == "call_2";
                                                             }})));
    client = std::make_unique<http::TestClient>(server->bound());
  }
  ~ApiTest() override {
    client.reset();
    server.reset();
    std::filesystem::remove_all(parent);
  }

  static store::CallRow call(int number) {
    store::CallRow row;
    row.id = "call_" + std::to_string(number);
    row.caller = Text("+44333555010" + std::to_string(number));
    row.started_at = {1'795'359'120'000 + number * 60'000};
    row.status = store::CallStatus::answered;
    row.duration_ms = number * 10'000;
    row.ai_confidence = number * 0.1;
    row.who.source = "asserted";
    row.who.attestation = "a";
    row.who.diverted = true;
    row.who.diverted_by = Text("+443335550155");
    row.who.priority = number == 1;
    row.quality.mean_opinion_score = 4.31;
    row.quality.codec = "PCMA";
    row.quality.srtp = "sdes";
    return row;
  }
  static store::TurnRow turn(int index, store::TurnSpeaker speaker, std::string words) {
    store::TurnRow row;
    row.call = "call_1";
    row.index = index;
    row.speaker = speaker;
    row.text = Text(std::move(words));
    row.started_ms = index * 2000;
    row.ended_ms = index * 2000 + 1500;
    return row;
  }

  void seed() {
    store::CallWriter writer(*connection);
    auto first = call(1);
    first.caller_name = Text(std::string(kScript));
    first.recording = "recordings/1.wav";
    first.journal = "1.tape";
    first.answered_at = base::UtcTime{1'795'359'121'000};
    first.status = store::CallStatus::in_progress;
    ASSERT_TRUE(writer.begin(first));
    for (int i = 2; i <= 5; ++i) ASSERT_TRUE(writer.begin(call(i)));
    add_bad_recordings(writer);
    ASSERT_TRUE(writer.add_turn(turn(0, store::TurnSpeaker::caller, std::string(kScript))));
    auto reply = turn(1, store::TurnSpeaker::receptionist, "We open at nine.");
    reply.heard = Text("We open");
    reply.interrupted = true;
    reply.gap_ms = 420;
    reply.llm_ms = 110;
    reply.sources = {"hours"};
    ASSERT_TRUE(writer.add_turn(reply));
    store::MessageRow message;
    message.id = "msg_1";
    message.call = "call_1";
    message.name = Text("Zo\xEB \xC3\xA9");  // Latin-1, then UTF-8
    message.reason = Text(std::string(kScript));
    message.taken_at = {1'795'359'125'678};
    ASSERT_TRUE(writer.add_message(message));
    first.status = store::CallStatus::answered;
    first.ended_at = base::UtcTime{1'795'359'131'000};
    ASSERT_TRUE(writer.finish(first));
  }
  void add_bad_recordings(store::CallWriter& writer) {
    const std::vector<std::string> bad = {"../secret.wav", (parent / "secret.wav").string(), "recordings/none.wav",
                                          "recordings", "frontdesk.db/../../secret.wav"};
    for (std::size_t i = 0; i < bad.size(); ++i) {
      auto row = call(1);
      row.id = "call_bad_" + std::to_string(i);
      row.started_at = {1000};
      row.recording = bad[i];
      row.journal = bad[i];
      ASSERT_TRUE(writer.begin(row));
    }
  }

  bj::value json(std::string_view target, int status = 200) {
    const auto answer = client->get(target);
    EXPECT_EQ(answer.status, status) << target << " " << answer.body;
    EXPECT_EQ(answer.field("Content-Type"), status == 200 ? "application/json" : "application/problem+json") << target;
    boost::system::error_code error;
    auto value = bj::parse(answer.body, error);
    EXPECT_FALSE(error) << answer.body;
    return value;
  }
  std::vector<std::string> ids(std::string_view query) {
    std::vector<std::string> found;
    const auto page = json("/api/calls/logs?from=2026-11-22&" + std::string(query));
    for (const auto& each : page.at("calls").as_array()) found.emplace_back(each.at("id").as_string());
    return found;
  }

  std::shared_ptr<const vault::KeyRing> keys =
      std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, '1')));
  std::vector<std::string> wishes;
  std::filesystem::path parent;
  std::unique_ptr<store::Connection> connection;
  std::unique_ptr<store::CallLog> log;
  Health health{.build = "0.1.0", .sip_address = "sip:frontdesk@127.0.0.1:5060"};
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::TestClient> client;
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_F(ApiTest, ListsCallsNewestFirstInPages) {
  EXPECT_EQ(ids("limit=200"), (Ids{"call_5", "call_4", "call_3", "call_2", "call_1"}));
  const auto first = json("/api/calls/logs?limit=2&from=2026-11-22");
  EXPECT_EQ(first.at("calls").as_array().size(), 2U);
  const std::string cursor(first.at("next_cursor").as_string());
  EXPECT_EQ(ids("limit=2&cursor=" + cursor), (Ids{"call_3", "call_2"}));
  EXPECT_TRUE(json("/api/calls/logs").at("next_cursor").is_null());
}

TEST_F(ApiTest, FiltersCalls) {
  EXPECT_EQ(ids("min_duration=30&max_duration=40"), (Ids{"call_4", "call_3"}));
  EXPECT_EQ(ids("max_duration=10.5"), (Ids{"call_1"}));
  EXPECT_EQ(ids("min_confidence=0.45"), (Ids{"call_5"}));
  EXPECT_EQ(ids("caller=5550102"), (Ids{"call_2"}));
  EXPECT_EQ(ids("caller=%2B443335550102"), (Ids{"call_2"}));
  EXPECT_EQ(ids("caller=+443335550102"), (Ids{"call_2"})) << "an unescaped plus";
  EXPECT_EQ(ids("caller=script"), (Ids{"call_1"}));
  EXPECT_EQ(ids("caller='%20OR%201=1--"), Ids{});
  EXPECT_EQ(ids("status=failed"), Ids{});
  EXPECT_EQ(ids("to=2026-11-22T14:54:00Z"), (Ids{"call_1"}));
  EXPECT_EQ(ids("to=2026-11-22T15:54:00%2B01:00"), (Ids{"call_1"}));
}

TEST_F(ApiTest, NamesTheParameterThatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"fron=2026-01-01", "fron"},
      {"from=yesterday", "from"},
      {"from=2026-02-30", "from"},
      {"to=", "to"},
      {"from=2026-01-02&to=2026-01-01", "to"},
      {"status=done", "status"},
      {"limit=0", "limit"},
      {"limit=201", "limit"},
      {"limit=1e1", "limit"},
      {"limit=99999999999", "limit"},
      {"min_duration=-1", "min_duration"},
      {"min_duration=nan", "min_duration"},
      {"max_duration=inf", "max_duration"},
      {"max_duration=1x", "max_duration"},
      {"min_duration=2&max_duration=1", "max_duration"},
      {"min_confidence=1.01", "min_confidence"},
      {"min_confidence=0.5&max_confidence=0.4", "max_confidence"},
      {"caller=", "caller"},
      {"caller=%FF", "caller"},
      {"caller=" + std::string(101, 'x'), "caller"},
      {"cursor=nonsense", "cursor"},
      {"cursor=1", "cursor"},
      {"limit=1&limit=2", "limit"},
      {"From=2026-01-01", "From"}};
  for (const auto& [query, name] : wrong) {
    const auto problem = json("/api/calls/logs?" + query, 400);
    EXPECT_EQ(problem.at("parameter").as_string(), name) << query;
    EXPECT_EQ(problem.at("status").as_int64(), 400);
  }
  EXPECT_EQ(json("/api/calls/call_1?x=1", 400).at("parameter").as_string(), "x");
  EXPECT_EQ(json("/api/health?x=1", 400).at("parameter").as_string(), "x");
  EXPECT_EQ(json("/api/messages?limit=x", 400).at("parameter").as_string(), "limit");
}

TEST_F(ApiTest, ShowsACallWithItsTurnsAndMessages) {
  const auto shown = json("/api/calls/call_1");
  EXPECT_EQ(shown.at("caller_name").as_string(), kScript);
  EXPECT_EQ(shown.at("started_at").as_string(), "2026-11-22T14:53:00.000Z");
  EXPECT_EQ(shown.at("answered_at").as_string(), "2026-11-22T14:52:01.000Z");
  EXPECT_EQ(shown.at("status").as_string(), "answered");
  EXPECT_EQ(shown.at("duration_ms").as_int64(), 10'000);
  EXPECT_EQ(shown.at("recording_url").as_string(), "/api/calls/call_1/recording");
  const auto& turns = shown.at("turns").as_array();
  ASSERT_EQ(turns.size(), 2U);
  EXPECT_EQ(turns[0].at("speaker").as_string(), "caller");
  EXPECT_EQ(turns[0].at("text").as_string(), kScript);
  EXPECT_TRUE(turns[0].at("gap_ms").is_null());
  EXPECT_EQ(turns[1].at("gap_ms").as_int64(), 420);
  EXPECT_EQ(turns[1].at("llm_ms").as_int64(), 110);
  EXPECT_EQ(turns[1].at("heard").as_string(), "We open");
  EXPECT_TRUE(turns[1].at("interrupted").as_bool());
  EXPECT_EQ(turns[1].at("sources").as_array().at(0).as_string(), "hours");
  EXPECT_EQ(shown.at("messages").as_array().at(0).at("reason").as_string(), kScript);
  EXPECT_TRUE(json("/api/calls/call_2").at("recording_url").is_null());
  EXPECT_TRUE(json("/api/calls/call_2").at("gap_p50_ms").is_null());
}

TEST_F(ApiTest, SaysWhoCalledAndHowItSounded) {
  const auto call = json("/api/calls/call_1");
  const auto& identity = call.at("identity");
  EXPECT_EQ(identity.at("asserted_by").as_string(), "the provider (P-Asserted-Identity)");
  EXPECT_EQ(identity.at("attestation").as_string(), "a");
  EXPECT_EQ(identity.at("attestation_words").as_string(), "the network vouches fully for the number (A)");
  EXPECT_EQ(identity.at("diverted_words").as_string(), "from +443335550155");
  EXPECT_TRUE(call.at("priority").as_bool());
  EXPECT_TRUE(call.at("sip_status").is_null());
  EXPECT_EQ(call.at("quality").at("words").as_string(), "good (4.3)");
  EXPECT_EQ(call.at("quality").at("codec").as_string(), "PCMA");
  EXPECT_EQ(call.at("quality").at("srtp").as_string(), "sdes");
  EXPECT_TRUE(call.at("quality").at("round_trip_ms").is_null());
}

TEST_F(ApiTest, KnowsTheLastCall) {
  EXPECT_EQ(json("/api/calls/last").at("id").as_string(), "call_5");
}

TEST_F(ApiTest, SaysWhichCallsDoNotExist) {
  for (const std::string& id :
       std::vector<std::string>{"call_99", "x", "call_1%20", "%27%20OR%201%3D1--", "..%2Fcall_1", "call_1%2F",
                                std::string(5000, 'x'), "%FF", "logs%2F"})
    for (const auto* rest : {"", "/transcript", "/recording", "/decisions"}) json("/api/calls/" + id + rest, 404);
  json("/api/calls/%00", 400);
  json("/api/calls/", 404);
  json("/api/calls/call_1/else", 404);
  EXPECT_EQ(client->get("/api/calls/call_1", {}, "DELETE").status, 405);
}

TEST_F(ApiTest, GivesTheTranscript) {
  const auto decisions = json("/api/calls/call_1/decisions");
  ASSERT_EQ(decisions.at("decisions").as_array().size(), 1U);
  const auto& why = decisions.at("decisions").as_array().front();
  EXPECT_EQ(why.at("at_ms"), 2000);
  EXPECT_EQ(why.at("after_answer_ms"), 1900);
  EXPECT_EQ(why.at("turn"), 0);
  EXPECT_EQ(why.at("numbers").as_array().front().at("value"), 260.0);
  EXPECT_EQ(why.at("reason").as_string().find("waiting 260 ms: <script>"), 0U) << "text, whatever it says";
  json("/api/calls/call_bad_0/decisions", 404);
  json("/api/calls/call_bad_1/decisions", 404);
  const auto transcript = json("/api/calls/call_1/transcript");
  EXPECT_EQ(transcript.at("call").as_string(), "call_1");
  EXPECT_EQ(transcript.at("turns").as_array().size(), 2U);
}

TEST_F(ApiTest, PlaysTheRecordingInRanges) {
  const auto whole = client->get("/api/calls/call_1/recording");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.field("Content-Type"), "audio/wav");
  EXPECT_EQ(whole.body, "RIFF0123456789");
  const auto part = client->get("/api/calls/call_1/recording", "Range: bytes=4-6\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "012");
  EXPECT_EQ(client->get("/api/calls/call_1/recording", "Range: bytes=14-\r\n").status, 416);
  EXPECT_EQ(client->get("/api/calls/call_1/recording", {}, "HEAD").field("Content-Length"), "14");
}

TEST_F(ApiTest, PlaysASealedRecordingInRanges) {
  store::CallWriter writer(*connection);
  for (const auto format : {recording::Format::wav, recording::Format::opus}) {
    const bool opus = format == recording::Format::opus;
    auto row = call(opus ? 8 : 7);
    const recording::Storage storage{format, keys};
    row.recording = "recordings/" + recording::file_name(row.id, storage);
    row.status = store::CallStatus::in_progress;
    ASSERT_TRUE(writer.begin(row));
    auto sound = recording::create_recording(log->data_folder() / row.recording, storage);
    ASSERT_TRUE(sound) << sound.error().message;
    ASSERT_TRUE((*sound)->write(audio::Pcm(16'000, 700)));
    ASSERT_TRUE((*sound)->flush());
    const auto target = "/api/calls/" + row.id + "/recording";
    EXPECT_EQ(client->get(target).field("X-Recording-Complete"), "false") << "it goes on";
    ASSERT_TRUE((*sound)->close());
    const auto whole = client->get(target);
    EXPECT_EQ(whole.field("Content-Type"), opus ? "audio/ogg" : "audio/wav");
    EXPECT_EQ(whole.body.substr(0, 4), opus ? "OggS" : "RIFF");
    EXPECT_EQ(whole.body.size(), opus ? whole.body.size() : 32'044U);
    EXPECT_EQ(whole.field("X-Recording-Complete"), "");
    const auto part = client->get(target, "Range: bytes=40-99\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, whole.body.substr(40, 60));
  }
}

TEST_F(ApiTest, PausesTheRecordingOfACallThatGoesOn) {
  store::CallWriter writer(*connection);
  auto row = call(2);
  row.status = store::CallStatus::in_progress;
  ASSERT_TRUE(connection->run("UPDATE calls SET status = 'in_progress' WHERE id IN ('call_2', 'call_3')"));
  ASSERT_TRUE(writer.add_consent({"call_2", {1'795'359'125'000}, "ask", "given", Text(std::string(kScript))}));
  const auto post = [&](const std::string& target) {
    return client->get(target, "Content-Length: 0\r\n", "POST").status;
  };
  EXPECT_EQ(post("/api/calls/call_2/recording/pause"), 202);
  EXPECT_EQ(post("/api/calls/call_2/recording/resume"), 202);
  EXPECT_EQ(wishes, (std::vector<std::string>{"call_2 pause", "call_2 resume"}));
  EXPECT_EQ(client->get("/api/calls/call_1/hangup", "Content-Length: 0\r\n", "POST").status, 409)
      << "not possible here";
  EXPECT_EQ(post("/api/calls/call_3/recording/pause"), 409) << "it ended this moment";
  EXPECT_EQ(post("/api/calls/call_1/recording/pause"), 409) << "it is over";
  EXPECT_EQ(post("/api/calls/call_99/recording/pause"), 404);
  EXPECT_EQ(client->get("/api/calls/call_2/recording/pause").status, 405);
  const auto shown = json("/api/calls/call_2");
  const auto& consent = shown.at("consents").as_array().at(0);
  EXPECT_EQ(consent.at("outcome").as_string(), "given");
  EXPECT_EQ(consent.at("words").as_string(), kScript);
  EXPECT_EQ(consent.at("at").as_string(), "2026-11-22T14:52:05.000Z");
}

TEST_F(ApiTest, PlaysNothingOutsideTheDataFolder) {
  for (int i = 0; i < 5; ++i) {
    const auto target = "/api/calls/call_bad_" + std::to_string(i) + "/recording";
    EXPECT_FALSE(json("/api/calls/call_bad_" + std::to_string(i)).at("recording_url").is_null());
    json(target, 404);
  }
  json("/api/calls/call_2/recording", 404);
}

TEST_F(ApiTest, ListsMessagesAndRepairsTheirText) {
  const auto all = json("/api/messages").at("messages").as_array();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].at("name").as_string(), "Zo\uFFFD \u00E9");
  EXPECT_EQ(all[0].at("taken_at").as_string(), "2026-11-22T14:52:05.678Z");
  EXPECT_EQ(json("/api/messages?call=call_1").at("messages").as_array().size(), 1U);
  EXPECT_EQ(json("/api/messages?call=call_2").at("messages").as_array().size(), 0U);
}

TEST_F(ApiTest, TellsHowTheReceptionistIs) {
  health.calls_now = 3;
  health.uptime = base::seconds(90);
  auto shown = json("/api/health");
  EXPECT_EQ(shown.at("status").as_string(), "ok");
  EXPECT_EQ(shown.at("calls").at("now").as_int64(), 3);
  EXPECT_EQ(shown.at("uptime_ms").as_int64(), 90'000);
  EXPECT_EQ(shown.at("sip_address").as_string(), "sip:frontdesk@127.0.0.1:5060");
  EXPECT_TRUE(shown.at("trunk").is_null());
  health.lines = {{"good", "registered", "Registered.", {0}, base::seconds(200)},
                  {"provider", "failed", "why", {1'795'359'120'000}, base::seconds(20)}};
  shown = json("/api/health");
  EXPECT_EQ(shown.at("status").as_string(), "degraded");
  EXPECT_EQ(shown.at("trunk").at("state").as_string(), "failed");
  health.draining = true;
  EXPECT_EQ(json("/api/health").at("status").as_string(), "draining");
}

TEST_F(ApiTest, ServesThePageWithTags) {
  for (const auto& asset : web_assets()) {
    const auto answer = client->get(asset.path);
    EXPECT_EQ(answer.status, 200) << asset.path;
    EXPECT_EQ(answer.body, asset.content);
    EXPECT_EQ(answer.field("Content-Type"), asset.content_type);
    EXPECT_EQ(answer.field("Cache-Control"), "no-cache");
    const auto tag = answer.field("ETag");
    EXPECT_EQ(tag.size(), 18U);
    const auto again = client->get(asset.path, "If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(again.status, 304);
    EXPECT_TRUE(again.body.empty());
  }
}

TEST(CallState, HasTheStoresNames) {
  for (int i = 0; i <= static_cast<int>(CallState::failed); ++i)
    EXPECT_EQ(json::write(static_cast<CallState>(i)).as_string(), store::name(static_cast<store::CallStatus>(i)));
  EXPECT_FALSE(store::call_status("unknown"));
}

TEST_F(ApiTest, RefusesACursorOfAnotherList) {
  const auto first = json("/api/calls/logs?limit=2&from=2026-11-22");
  const std::string cursor(first.at("next_cursor").as_string());
  EXPECT_EQ(json("/api/calls/logs?limit=1&from=2026-11-22&cursor=" + cursor).at("calls").as_array().size(), 1U);
  for (const auto& query : {"limit=2&cursor=" + cursor, "limit=2&from=2026-11-21&cursor=" + cursor,
                            "from=2026-11-22&status=missed&cursor=" + cursor, "from=2026-11-22&cursor=x" + cursor})
    EXPECT_EQ(json("/api/calls/logs?" + query, 400).at("parameter").as_string(), "cursor") << query;
}

TEST_F(ApiTest, TellsAllThatIsWrongWithAQuery) {
  const auto problem = json("/api/calls/logs?limit=0&status=done&fron=1", 400);
  EXPECT_EQ(problem.at("errors").as_array().size(), 3U);
  EXPECT_TRUE(problem.at("request_id").is_string());
}

TEST(WebAssets, HoldNothingThatTheContentSecurityPolicyForbids) {
  int pages = 0;
  for (const auto& page : web_assets()) {
    if (!page.content_type.starts_with("text/html")) continue;
    ++pages;
    for (const auto* forbidden : {"<style", "style=", "onclick", "onload", "javascript:", "http://", "https://"})
      EXPECT_EQ(page.content.find(forbidden), std::string_view::npos) << page.path << ": " << forbidden;
  }
  EXPECT_EQ(pages, 8);
  for (const auto& asset : web_assets())
    for (const auto* forbidden : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("})
      EXPECT_EQ(asset.content.find(forbidden), std::string_view::npos) << asset.path << ": " << forbidden;
}

}  // namespace frontdesk::api
