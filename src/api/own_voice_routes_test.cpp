#include "api/own_voice_routes.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json/parse.hpp>
#include <cmath>
#include <filesystem>

#include "accounts/desk.hpp"
#include "api/api.hpp"
#include "api/receptionist_desk_test.hpp"
#include "audio/wav.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"
#include "rest/fixture_authenticator.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;

std::string recording(double seconds) {
  constexpr int kRate = 8000;
  const auto count = static_cast<std::uint32_t>(seconds * kRate);
  const auto head = audio::wav_header(kRate, 1, 2 * count);
  std::string file(head.begin(), head.end());
  for (std::uint32_t at = 0; at < count; ++at) {
    const auto value = static_cast<int>(at % kRate < 5600 ? 8000 * std::sin(at * 0.2) : at % 3);
    file.push_back(static_cast<char>(value & 0xff));
    file.push_back(static_cast<char>((value >> 8) & 0xff));
  }
  return file;
}

/// Makes copies of nothing.
class SilentCloner final : public speech::Cloner {
 public:
  std::string name() const override { return "flite"; }
  base::Result<std::string> clone(const speech::CloneOrder&, const Progress&) override { return "slt"; }
  base::Status remove(const std::string&, const std::string&) override { return {}; }
};

class OwnVoiceRoutes : public ::testing::Test {
 protected:
  OwnVoiceRoutes() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-voices-XXXXXX").string();
    data = mkdtemp(pattern.data());
    connection = std::move(*store::open_database(data));
    log = std::move(*store::CallLog::open(data));
    desk = std::move(*accounts::Desk::open(data, "", {"https://desk.example"}, none, {1'795'359'120'000}));
    voices::Options options;
    options.folder = std::filesystem::path(data) / "voices";
    options.decoder = {DECODE_SOUND, {}};
    options.cloners = {std::make_shared<SilentCloner>()};
    own = std::make_shared<voices::Voices>(desk->office(), std::move(options));
    Sources sources{*log, [] { return Health{}; }};
    sources.authenticator = authenticator;
    sources.office = &desk->office();
    sources.accounts = &desk->accounts();
    sources.receptionist = sample_desk();
    sources.voices = own;
    add_user("org_local", "org_local", access::Role::owner);
    add_user("org_2", "org_2", access::Role::owner);
    add_user("viewer", "org_local", access::Role::viewer);
    http::ServerOptions server_options;
    server_options.listen = *base::parse_endpoint("127.0.0.1:0");
    server = std::move(*http::Server::start(server_options, routes(sources)));
    client = std::make_unique<http::TestClient>(server->bound());
  }
  ~OwnVoiceRoutes() override {
    client.reset();
    server.reset();
    EXPECT_TRUE(desk->office()
                    .with_connection([&](store::Connection& each) { return desk->office().audit.verify(each); })
                    ->findings.empty());
    own.reset();
    desk.reset();
    std::filesystem::remove_all(data);
  }
  void add_user(const std::string& token, const std::string& organisation, access::Role role) {
    access::Principal who;
    who.organisation = organisation;
    who.id = "user_" + token;
    who.role = role;
    authenticator->add(token, who);
  }

  struct Answer {
    int status = 0;
    std::string tag;
    bj::value body;
    std::string bytes;
  };
  Answer ask(const std::string& method, const std::string& path, const std::string& body = {},
             const std::string& type = "audio/wav", const std::string& who = "org_local",
             const std::string& more = {}) {
    std::string headers = "Authorization: Bearer " + who + "\r\n" + more;
    if (!body.empty()) headers += "Content-Type: " + type + "\r\n";
    headers += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    if (!client->send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body)) return {};
    const auto got = client->receive();
    const bool json = got.field("Content-Type").find("json") != std::string::npos;
    return {got.status, got.field("ETag"), json ? bj::parse(got.body) : bj::value(), got.body};
  }
  Answer json(const std::string& method, const std::string& path, const std::string& body,
              const std::string& who = "org_local", const std::string& more = {}) {
    return ask(method, path, body, "application/json", who, more);
  }
  std::string uploaded() {
    const auto made = ask("POST", "/api/voice/upload?name=Amy", recording(40));
    EXPECT_EQ(made.status, 201) << made.bytes;
    return made.status == 201 ? std::string(made.body.at("id").as_string()) : "";
  }
  std::string sentence() {
    const auto made = ask("POST", "/api/voice/consents/sentence");
    EXPECT_EQ(made.status, 202) << made.bytes;
    return std::string(made.body.at("id").as_string());
  }

  std::string data;
  std::unique_ptr<store::Connection> connection;
  std::unique_ptr<store::CallLog> log;
  notify::NoMailer none;
  std::unique_ptr<accounts::Desk> desk;
  std::shared_ptr<voices::Voices> own;
  std::shared_ptr<rest::FixtureAuthenticator> authenticator = std::make_shared<rest::FixtureAuthenticator>();
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::TestClient> client;
};

TEST_F(OwnVoiceRoutes, FromUploadToAVoiceThatMayBeChosen) {
  const auto id = uploaded();
  const auto path = "/api/voice/" + id;
  EXPECT_EQ(json("POST", "/api/voice/train", R"({"voice":")" + id + "\"}").status, 409) << "no consent";
  const auto consent =
      ask("POST", path + "/consent?relation=permitted&speaker=Amy%20Ward&sentence=" + sentence(), recording(5));
  ASSERT_EQ(consent.status, 201) << consent.bytes;
  EXPECT_EQ(consent.body.at("consent").at("speaker").as_string(), "Amy Ward");
  EXPECT_EQ(consent.body.at("consent").at("words").as_string(), "not_checked") << "no recogniser here";
  const auto training = json("POST", "/api/voice/train", R"({"voice":")" + id + "\"}");
  ASSERT_EQ(training.status, 202) << training.bytes;
  EXPECT_EQ(training.body.at("state").as_string(), "training");
  const std::string choice = R"({"voice":{"id":")" + id + "\"}}";
  EXPECT_EQ(json("PUT", "/api/receptionist/draft", choice, "org_local", "If-Match: *\r\n").status, 422)
      << "not trained yet";
  store::Pool pool([this] { return store::open_connection(store::Location(data), store::OpenMode::read_write); });
  auto kinds = own->jobs();
  kinds.pop_back();
  jobs::Worker worker(pool, std::move(kinds), "test", 1);
  const base::UtcTime later{4'000'000'000'000};
  ASSERT_TRUE(worker.round(later, [] { return false; }));
  EXPECT_EQ(ask("GET", path).body.at("state").as_string(), "ready");
  EXPECT_EQ(json("PUT", "/api/receptionist/config", choice, "org_local", "If-Match: *\r\n").status, 200);
  EXPECT_EQ(ask("DELETE", path).status, 409) << "she speaks with it";
  const auto gone = ask("DELETE", path + "/consent");
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(gone.body.at("state").as_string(), "withdrawn");
  EXPECT_EQ(json("PUT", "/api/receptionist/draft", choice, "org_local", "If-Match: *\r\n").status, 422);
  ASSERT_EQ(json("PUT", "/api/receptionist/config", "{}", "org_local", "If-Match: *\r\n").status, 200);
  EXPECT_EQ(ask("DELETE", path).status, 204);
}

TEST_F(OwnVoiceRoutes, OthersSeeNothingAndViewersChangeNothing) {
  const auto id = uploaded();
  const auto path = "/api/voice/" + id;
  for (const auto* below : {"", "/preview"}) EXPECT_EQ(ask("GET", path + below, {}, {}, "org_2").status, 404) << below;
  EXPECT_EQ(ask("DELETE", path, {}, {}, "org_2").status, 404);
  EXPECT_EQ(ask("DELETE", path + "/consent", {}, {}, "org_2").status, 404);
  EXPECT_EQ(json("PATCH", path, R"({"name":"X"})", "org_2", "If-Match: *\r\n").status, 404);
  EXPECT_EQ(json("POST", "/api/voice/train", R"({"voice":")" + id + "\"}", "org_2").status, 404);
  EXPECT_EQ(ask("GET", "/api/voice/profiles?engine=cloned", {}, {}, "org_2").body.at("voices").as_array().size(), 0U);
  EXPECT_EQ(ask("GET", path, {}, {}, "viewer").status, 200);
  EXPECT_EQ(ask("GET", path + "/preview", {}, {}, "viewer").status, 200);
  EXPECT_EQ(ask("POST", "/api/voice/upload?name=X", "x", "audio/wav", "viewer").status, 403);
  EXPECT_EQ(ask("POST", "/api/voice/consents/sentence", {}, {}, "viewer").status, 403);
  EXPECT_EQ(ask("POST", path + "/consent?relation=mine&speaker=X&sentence=y", "x", "audio/wav", "viewer").status, 403);
  EXPECT_EQ(ask("DELETE", path + "/consent", {}, {}, "viewer").status, 403);
  EXPECT_EQ(ask("DELETE", path, {}, {}, "viewer").status, 403);
}

TEST_F(OwnVoiceRoutes, HostileFilesAreRefusedInWordsAndTheServerGoesOn) {
  const auto whole = recording(40);
  auto hours = whole;
  hours.replace(4, 4, "\xff\xff\xff\xff").replace(40, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(ask("POST", "/api/voice/upload?name=Hours", hours).status, 201) << "what is there is taken";
  const std::vector<std::string> bad{whole.substr(0, 20), whole.substr(0, 44), "RIFF", std::string(1, '\0'),
                                     "PK\x03\x04 zip",    "ID3 no music",      "fLaC", "OggS and then nothing",
                                     recording(0.001),    recording(9.9)};
  for (const auto& file : bad) {
    const auto answer = ask("POST", "/api/voice/upload?name=X", file);
    EXPECT_EQ(answer.status, 422) << file.substr(0, 12) << answer.bytes;
    EXPECT_FALSE(answer.body.at("detail").as_string().empty());
  }
  EXPECT_EQ(ask("POST", "/api/voice/upload?name=X", whole, "text/html").status, 415);
  EXPECT_EQ(ask("POST", "/api/voice/upload?name=X").status, 415) << "no body at all";
  EXPECT_EQ(ask("POST", "/api/voice/upload", whole).status, 400) << "no name";
  EXPECT_EQ(ask("POST", "/api/voice/upload?name=%0A", whole).status, 400);
  EXPECT_EQ(ask("POST", "/api/voice/upload?name=Png", whole, "application/octet-stream").status, 201)
      << "the content says what it is";
}

TEST_F(OwnVoiceRoutes, ARepeatedUploadIsOneVoiceAndARenameMeetsItsVersion) {
  const auto whole = recording(40);
  const std::string key = "Idempotency-Key: one\r\n";
  const auto first = ask("POST", "/api/voice/upload?name=Amy", whole, "audio/wav", "org_local", key);
  const auto second = ask("POST", "/api/voice/upload?name=Amy", whole, "audio/wav", "org_local", key);
  EXPECT_EQ(first.body.at("id"), second.body.at("id"));
  EXPECT_EQ(own->list("org_local")->size(), 1U);
  const auto path = "/api/voice/" + std::string(first.body.at("id").as_string());
  const auto named = json("PATCH", path, R"({"name":"Ann"})", "org_local", "If-Match: " + first.tag + "\r\n");
  EXPECT_EQ(named.status, 200);
  EXPECT_EQ(named.body.at("name").as_string(), "Ann");
  EXPECT_EQ(json("PATCH", path, R"({"name":"Al"})", "org_local", "If-Match: " + first.tag + "\r\n").status, 412);
  EXPECT_EQ(json("PATCH", path, R"({"name":"Al"})").status, 428);
  EXPECT_EQ(json("PATCH", path, R"({"name":"\n"})", "org_local", "If-Match: *\r\n").status, 422);
}

}  // namespace
}  // namespace frontdesk::api
