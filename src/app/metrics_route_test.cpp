#include "app/metrics_route.hpp"

#include <gtest/gtest.h>

namespace frontdesk::app {
namespace {

class MetricsRoute : public testing::Test {
 protected:
  MetricsSources sources;

  MetricsRoute() {
    sources.door.identify = [](const http::Request& request) -> base::Result<access::Principal> {
      const auto* shown = http::find_field(request.headers, "Authorization");
      if (shown == nullptr) return base::fail(base::ErrorCode::unauthenticated, "door", "sign in");
      access::Principal program;
      program.kind = access::Principal::Kind::token;
      program.role = access::Role::owner;
      program.scopes = {*shown};
      return program;
    };
    sources.health = [] {
      api::Health health;
      health.lines = {{"sur\"gery", "registered", "", {}, {}}, {"shop", "failed", "", {}, {}}};
      return health;
    };
    sources.tally = std::make_shared<metrics::CallTally>();
    sources.feed = std::make_shared<live::Feed>(live::FeedOptions{});
    sources.database = std::make_shared<store::Pool>([]() -> base::Result<std::unique_ptr<store::Connection>> {
      return base::fail(base::ErrorCode::unavailable, "store", "the database is away");
    });
  }
  http::Response ask(const char* from, http::Fields headers = {}) {
    http::Router router;
    add_metrics_route(router, sources);
    http::Request request;
    request.method = "GET";
    request.segments = {"metrics"};
    request.peer = *base::parse_endpoint(from);
    request.headers = std::move(headers);
    const auto match = router.match(request.method, request.segments);
    if (match.respond == nullptr) return http::problem(404, "no such page");
    return (*match.respond)(request);
  }
};

TEST_F(MetricsRoute, ATokenNeedsThePermission) {
  EXPECT_EQ(ask("127.0.0.1:4000").status, 401);
  EXPECT_EQ(ask("192.0.2.7:4000", {{"Authorization", "calls.read"}}).status, 403);
  EXPECT_EQ(ask("192.0.2.7:4000", {{"Authorization", "analytics.read"}}).status, 200);
}

TEST_F(MetricsRoute, ThisMachineIsWhoAsksAndNotWhomAProxySpeaksFor) {
  sources.readers = config::MetricsFor::this_machine;
  EXPECT_EQ(ask("127.0.0.1:4000").status, 200);
  EXPECT_EQ(ask("192.0.2.7:4000").status, 401);
  for (const auto* name : {"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "Origin"})
    EXPECT_EQ(ask("127.0.0.1:4000", {{name, "192.0.2.7"}}).status, 401) << name;
}

TEST_F(MetricsRoute, OffIsOff) {
  sources.readers = config::MetricsFor::nobody;
  EXPECT_EQ(ask("127.0.0.1:4000", {{"Authorization", "analytics.read"}}).status, 404);
}

TEST_F(MetricsRoute, LinesAreTellableApartAndADatabaseThatIsAwayIsSaid) {
  const auto text = ask("192.0.2.7:4000", {{"Authorization", "analytics.read"}}).body;
  EXPECT_NE(text.find("frontdesk_line_up{line=\"sur\\\"gery\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("frontdesk_line_up{line=\"shop\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("frontdesk_database_up 0\n"), std::string::npos);
  EXPECT_EQ(text.find("frontdesk_jobs_waiting"), std::string::npos);
}

}  // namespace
}  // namespace frontdesk::app
