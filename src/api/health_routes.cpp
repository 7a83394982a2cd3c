#include "api/health_routes.hpp"

#include <algorithm>

namespace frontdesk::api {

enum class Condition { ok, degraded, draining };
BOOST_DESCRIBE_ENUM(Condition, ok, degraded, draining)

struct CallCounts {
  std::int64_t now = 0;
  std::int64_t accepted = 0;
  std::int64_t refused = 0;
};
BOOST_DESCRIBE_STRUCT(CallCounts, (), (now, accepted, refused))
constexpr auto about(const CallCounts*) {
  return json::about("CallCounts", "Calls since the start.");
}

struct RecordsState {
  std::int64_t waiting = 0;
  std::string problem;
};
BOOST_DESCRIBE_STRUCT(RecordsState, (), (waiting, problem))
constexpr auto about(const RecordsState*) {
  return json::about("RecordsState", "How the call log gets to the disk.",
                     Note{.member = "problem", .text = "Why the latest write failed; empty: it did not."});
}

struct HealthView {
  Condition status = Condition::ok;
  std::string build;
  std::int64_t uptime_ms = 0;
  CallCounts calls;
  std::string sip_address;
  std::optional<LineState> trunk;
  std::vector<LineState> lines;
  double tick_late_p99_ms = 0;
  RecordsState records;
};
BOOST_DESCRIBE_STRUCT(HealthView, (),
                      (status, build, uptime_ms, calls, sip_address, trunk, lines, tick_late_p99_ms, records))
constexpr auto about(const HealthView*) {
  return json::about(
      "Health", "How the receptionist is.",
      Note{.member = "status", .text = "degraded: a line or the disk does not work; draining: it takes no new calls."},
      Note{.member = "sip_address", .text = "What to dial.", .example = "\"sip:frontdesk@192.0.2.1:5060\""},
      Note{.member = "trunk", .text = "The line that does not work, else the first."},
      Note{.member = "tick_late_p99_ms", .text = "How late the sound's clock runs."});
}

struct Liveness {
  Condition status = Condition::ok;
};
BOOST_DESCRIBE_STRUCT(Liveness, (), (status))
constexpr auto about(const Liveness*) {
  return json::about("Liveness", "The process answers.");
}

namespace {

using rest::Access;
using rest::Answer;

Condition condition_of(const Health& health) {
  if (health.draining) return Condition::draining;
  const bool broken =
      !std::all_of(health.lines.begin(), health.lines.end(), working) || !health.records_problem.empty();
  return broken ? Condition::degraded : Condition::ok;
}

HealthView view_of(const Health& health) {
  HealthView view;
  view.status = condition_of(health);
  view.build = health.build;
  view.uptime_ms = base::to_ms(health.uptime);
  view.calls = {health.calls_now, health.calls_accepted, health.calls_refused};
  view.sip_address = health.sip_address;
  for (const auto& line : health.lines) view.lines.push_back(state_of(line));
  // Of several, one that does not work.
  const auto broken = std::find_if_not(health.lines.begin(), health.lines.end(), working);
  if (broken != health.lines.end())
    view.trunk = state_of(*broken);
  else if (!view.lines.empty())
    view.trunk = view.lines.front();
  view.tick_late_p99_ms = health.tick_late_p99_ms;
  view.records = {health.records_waiting, health.records_problem};
  return view;
}

}  // namespace

void add_health_routes(rest::Api& api, std::function<Health()> health) {
  api.get("/api/health",
          {.id = "showHealth",
           .tag = "Health",
           .access = Access::needs(access::permission::kReadAnalytics),
           .summary = "How the receptionist is"},
          [health](const rest::Request<>&) -> Answer<HealthView> { return view_of(health()); });
  api.get("/api/health/live",
          {.id = "showLiveness",
           .tag = "Health",
           .access = Access::everyone(),
           .summary = "Whether the process answers",
           .description = "200 as long as it does, whatever the status says: for whatever restarts it when it hangs. "
                          "It needs no database, so it also says that one is away."},
          [health](const rest::Request<>&) -> Answer<Liveness> { return Liveness{condition_of(health())}; });
}

}  // namespace frontdesk::api
