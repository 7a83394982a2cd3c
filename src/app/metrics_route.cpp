#include "app/metrics_route.hpp"

#include <chrono>

#include "metrics/process.hpp"

namespace frontdesk::app {
namespace {

using Kind = metrics::Exposition::Kind;

constexpr std::size_t kMostLines = 200;  ///< that have figures of their own

/// Nobody stands between: what a proxy on this machine hands on comes from anywhere.
bool from_this_machine(const http::Request& request) {
  if (!request.peer.is_loopback()) return false;
  for (const auto* name : {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via", "Origin"})
    if (http::find_field(request.headers, name) != nullptr) return false;
  return true;
}

base::Status may_read(const MetricsSources& sources, const http::Request& request) {
  if (sources.readers == config::MetricsFor::this_machine && from_this_machine(request)) return {};
  const auto who = sources.door.identify(request);
  if (!who) return tl::unexpected(who.error());
  if (access::allows(*who, access::permission::kReadAnalytics)) return {};
  return base::fail(base::ErrorCode::permission_denied, "metrics",
                    "this needs the permission analytics.read: make an API token that has it");
}

void write_health(metrics::Exposition& out, const api::Health& health) {
  out.gauge("frontdesk_uptime_seconds", "Since the start.", base::to_seconds(health.uptime));
  out.gauge("frontdesk_calls_running", "Calls that go on.", static_cast<double>(health.calls_now));
  out.counter("frontdesk_calls_refused_total", "Callers who were turned away, by screening or for want of room.",
              static_cast<double>(health.calls_refused));
  out.gauge("frontdesk_draining", "1: no new calls are taken.", health.draining ? 1 : 0);
  out.gauge("frontdesk_send_clock_late_p99_seconds", "How late the clock of the sound runs, of the last two seconds.",
            health.tick_late_p99_ms / 1e3);
  out.gauge("frontdesk_records_waiting", "Writes of the call log and of recordings that wait.",
            static_cast<double>(health.records_waiting));
  out.gauge("frontdesk_records_failing", "1: the latest write failed.", health.records_problem.empty() ? 0 : 1);
  out.family("frontdesk_line_up", Kind::gauge, "1: the line is registered or needs no registration.");
  for (std::size_t i = 0; i < std::min(health.lines.size(), kMostLines); ++i)
    out.sample(api::working(health.lines[i]) ? 1 : 0, {{"line", health.lines[i].name}});
}

/// Rows that wait; nullopt: the database does not answer.
std::optional<double> waiting(store::Pool& database, const std::string& table) {
  auto connection = database.take();
  if (!connection) return std::nullopt;
  const auto rows = (*connection)->run("SELECT COUNT(*) FROM " + table + " WHERE state IN ('waiting', 'running')", {});
  if (!rows || rows->empty()) return std::nullopt;
  return static_cast<double>(rows->front().integer(0));
}

void write_database(metrics::Exposition& out, store::Pool& database) {
  const auto jobs = waiting(database, "jobs");
  const auto deliveries = jobs ? waiting(database, "webhook_deliveries") : std::nullopt;
  out.gauge("frontdesk_database_up", "1: the database answers.", deliveries ? 1 : 0);
  if (!deliveries) return;
  out.gauge("frontdesk_jobs_waiting", "Work that is not done yet.", *jobs);
  out.gauge("frontdesk_webhook_deliveries_waiting", "Deliveries that have not arrived yet.", *deliveries);
}

http::Response answer(const MetricsSources& sources, const http::Request& request) {
  if (const auto may = may_read(sources, request); !may) {
    auto response = http::problem(may.error());
    if (response.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
    return response;
  }
  metrics::Exposition out;
  write_health(out, sources.health());
  sources.tally->write(out);
  const auto live = sources.feed->stats();
  out.gauge("frontdesk_live_watchers", "WebSockets that are open.", static_cast<double>(live.watches));
  out.counter("frontdesk_live_lost_total", "What happened in calls and was not shown, for want of room.",
              static_cast<double>(live.lost));
  write_database(out, *sources.database);
  metrics::write_process(out);
  auto response = http::text(out.text(), std::string(metrics::kContentType));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace

void add_metrics_route(http::Router& router, MetricsSources sources) {
  if (sources.readers == config::MetricsFor::nobody) return;
  router.add("GET", "/metrics",
             [sources = std::move(sources)](const http::Request& request) { return answer(sources, request); });
}

}  // namespace frontdesk::app
