#include "api/analytics_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/clock.hpp"
#include "rest/authenticator.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kMonday = 1'795'392'000'000;  // 2026-11-23, 00:00 UTC

class Analytics : public ::testing::Test {
 protected:
  Analytics() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-analytics-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    connection = std::move(*store::open_database(folder));
    AnalyticsSources sources;
    sources.database =
        std::make_shared<store::Pool>([this] { return store::open_connection(folder, store::OpenMode::read_only); });
    sources.calls_now = [] { return 3; };
    sources.zone = [] {
      business_hours::TimeZone zone;
      zone.name = "Test/OneAhead";
      zone.first_offset = 3600;
      return zone;
    };
    rest::ApiOptions options;
    options.tags = {{"Analytics", ""}};
    rest::Api api(options, std::make_shared<rest::LocalOwner>(std::string(store::kLocalOrganisation)));
    add_analytics_routes(api, sources);
    api.mount(router);
  }
  ~Analytics() override {
    connection.reset();
    std::filesystem::remove_all(folder);
  }

  void call(std::int64_t at, store::CallStatus status, std::vector<std::int64_t> gaps = {}) {
    store::CallWriter writer(*connection);
    store::CallRow row;
    row.id = "call_" + std::to_string(++number);
    row.started_at = {at};
    ASSERT_TRUE(writer.begin(row));
    std::int64_t index = 0;
    for (const auto gap : gaps) {
      store::TurnRow turn;
      turn.call = row.id;
      turn.index = index++;
      turn.speaker = store::TurnSpeaker::receptionist;
      turn.gap_ms = gap;
      turn.sources = {"hours"};
      ASSERT_TRUE(writer.add_turn(turn));
    }
    row.status = status;
    row.duration_ms = 20'000;
    row.quality.mean_opinion_score = 4.0;
    ASSERT_TRUE(writer.finish(row));
  }

  http::Response ask(const std::string& what, http::Fields query) {
    http::Request request;
    request.method = "GET";
    request.segments = {"api", "analytics", what};
    request.query = std::move(query);
    request.peer = *base::parse_endpoint("127.0.0.1:4000");
    const auto match = router.match(request.method, request.segments);
    return (*match.respond)(request);
  }
  bj::value answer(const std::string& what, http::Fields query) {
    const auto response = ask(what, std::move(query));
    EXPECT_EQ(response.status, 200) << response.body;
    return bj::parse(response.body);
  }

  std::string folder;
  std::unique_ptr<store::Connection> connection;
  http::Router router;
  int number = 0;
};

TEST_F(Analytics, TheDashboardSaysHowThingsAre) {
  call(kMonday + 8 * kHourMs, store::CallStatus::answered, {340, 350, 600});
  call(kMonday + 9 * kHourMs, store::CallStatus::transferred);
  call(kMonday - 20 * kHourMs, store::CallStatus::missed);
  const auto seen = answer("dashboard", {{"from", "2026-11-23"}, {"to", "2026-11-24"}, {"compare", "true"}});
  EXPECT_EQ(seen.at("calls_now").as_int64(), 3);
  EXPECT_EQ(seen.at("totals").at("calls").as_int64(), 2);
  EXPECT_EQ(seen.at("totals").at("without_person").as_double(), 0.5);
  EXPECT_EQ(seen.at("before").at("missed").as_int64(), 1);
  EXPECT_EQ(seen.at("reply").at("gap").at("p50_ms").as_int64(), 355);
  EXPECT_TRUE(seen.at("reply").at("voice").at("p50_ms").is_null()) << "never measured";
  EXPECT_EQ(seen.at("calls_by_hour").at(9).as_int64(), 1) << "one hour ahead of UTC";
  EXPECT_EQ(seen.at("period").at("time_zone").as_string(), "Test/OneAhead");
}

TEST_F(Analytics, DaysWithoutCallsAreThereAndUnknownFiguresAreNull) {
  call(kMonday - 30 * 60'000, store::CallStatus::answered, {300});  // Monday 00:30 where the business is
  const auto seen = answer("calls", {{"from", "2026-11-21T23:00:00Z"}, {"to", "2026-11-23T23:00:00Z"}});
  const auto& days = seen.at("days").as_array();
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days.at(0).at("date").as_string(), "2026-11-22");
  EXPECT_EQ(days.at(0).at("totals").at("calls").as_int64(), 0);
  EXPECT_TRUE(days.at(0).at("totals").at("mos").is_null());
  EXPECT_EQ(days.at(1).at("totals").at("calls").as_int64(), 1);
  EXPECT_EQ(seen.at("by_weekday_and_hour").at(0).at(0).as_int64(), 1);
  EXPECT_EQ(seen.at("top_sources").at(0).at("source").as_string(), "hours");
}

TEST_F(Analytics, VoiceQualityHasItsTrend) {
  call(kMonday, store::CallStatus::answered, {300});
  const auto seen = answer("voice-quality", {{"from", "2026-11-22"}, {"to", "2026-11-24"}});
  EXPECT_EQ(seen.at("mos").as_double(), 4.0);
  EXPECT_EQ(seen.at("calls_judged").as_int64(), 1);
}

TEST_F(Analytics, LongPeriodsAreDividedMoreCoarsely) {
  call(kMonday, store::CallStatus::answered);
  EXPECT_EQ(answer("calls", {{"from", "2026-02-01"}, {"to", "2026-11-24"}}).at("totals").at("calls").as_int64(), 1);
}

TEST_F(Analytics, PeriodsThatMakeNoSenseAreRefused) {
  EXPECT_EQ(ask("calls", {{"from", "2026-11-24"}, {"to", "2026-11-23"}}).status, 400);
  EXPECT_EQ(ask("calls", {{"from", "2020-01-01"}, {"to", "2026-11-23"}}).status, 400);
  EXPECT_EQ(ask("calls", {{"from", "yesterday"}}).status, 400);
  EXPECT_EQ(ask("dashboard", {{"period", "today"}}).status, 400);
}

}  // namespace
}  // namespace frontdesk::api
