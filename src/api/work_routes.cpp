#include "api/work_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/work_views.hpp"
#include "base/clock.hpp"
#include "reception/business_hours/time_zone.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using rest::Problem;
using OfWork = rest::Request<rest::Path<WorkPath>>;

constexpr std::int64_t kLongestPeriodMs = 400LL * 24 * 3600 * 1000;

/// One page of rows as views; `find` gets the connection and where to go on.
template <class View, class Query, class Find>
Answer<std::pair<std::vector<View>, std::optional<std::string>>> page_of(const WorkSources& sources, const Query& query,
                                                                         Find&& find) {
  const auto place = rest::place_of(query, 1);
  if (!place) return tl::unexpected(place.error());
  const auto page = sources.office.with_connection([&](store::Connection& connection) {
    return find(connection, static_cast<int>(query.limit), place->empty() ? std::string() : place->front());
  });
  if (!page) return tl::unexpected(Problem(page.error()));
  std::pair<std::vector<View>, std::optional<std::string>> out;
  for (const auto& row : page->rows) out.first.push_back(view_of(row));
  if (!page->next.empty()) out.second = rest::next_cursor(query, {page->next});
  return out;
}

Answer<JobPage> jobs(const WorkSources& sources, const rest::Request<rest::Query<JobsQuery>>& request) {
  auto page =
      page_of<JobView>(sources, request.query, [&](store::Connection& connection, int limit, const std::string& after) {
        std::optional<work::State> state;
        if (request.query.state) state = static_cast<work::State>(*request.query.state);
        return work::Jobs(connection).in_state(request.principal.organisation, state, limit, after);
      });
  if (!page) return tl::unexpected(page.error());
  return JobPage{std::move(page->first), std::move(page->second)};
}

Answer<rest::Accepted<JobView>> retry(const WorkSources& sources, const OfWork& request) {
  const auto now = base::wall_now();
  auto revived =
      sources.office.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<work::Job> {
        work::Jobs rows(connection);
        const auto& organisation = request.principal.organisation;
        const auto job = rows.find(organisation, request.path.id);
        if (!job) return job;
        if (job->state != work::State::dead)
          return base::fail(base::ErrorCode::aborted, "jobs", "only dead jobs are tried again by hand");
        if (auto again = rows.revive(organisation, job->id, now); !again) return tl::unexpected(again.error());
        trail.add({accounts::actor_of(request.principal, visitor_of(*request.raw)), "job.retried", job->id, {}});
        return rows.find(organisation, job->id);
      });
  if (!revived) return tl::unexpected(Problem(revived.error()));
  if (sources.wake) sources.wake();
  return rest::Accepted<JobView>{view_of(*revived)};
}

Answer<AlertPage> alerts(const WorkSources& sources, const rest::Request<rest::Query<AlertsQuery>>& request) {
  auto page = page_of<AlertView>(
      sources, request.query, [&](store::Connection& connection, int limit, const std::string& after) {
        const ledger::Alerts rows(connection);
        const auto& organisation = request.principal.organisation;
        if (!request.query.state) return rows.list(organisation, limit, after);
        return rows.in_state(organisation, static_cast<ledger::AlertState>(*request.query.state), limit, after);
      });
  if (!page) return tl::unexpected(page.error());
  return AlertPage{std::move(page->first), std::move(page->second)};
}

Answer<AlertView> acknowledge(const WorkSources& sources, const OfWork& request) {
  const auto now = base::wall_now();
  auto done = sources.office.change(
      now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<ledger::Alert> {
        ledger::Alerts rows(connection);
        const auto& organisation = request.principal.organisation;
        const auto alert = rows.find(organisation, request.path.id);
        if (!alert) return alert;
        if (alert->state != ledger::AlertState::open)
          return base::fail(base::ErrorCode::aborted, "alerts", "this alert is acknowledged or over already");
        if (auto noted = rows.acknowledge(organisation, alert->id, request.principal.id, now); !noted)
          return tl::unexpected(noted.error());
        trail.add(
            {accounts::actor_of(request.principal, visitor_of(*request.raw)), "alert.acknowledged", alert->id, {}});
        return rows.find(organisation, alert->id);
      });
  if (!done) return tl::unexpected(Problem(done.error()));
  return view_of(*done);
}

base::UtcTime first_of_month(base::UtcTime now) {
  const business_hours::TimeZone utc;
  const auto date = business_hours::to_local(utc, now).date;
  return business_hours::to_utc(utc, date.year() / date.month() / std::chrono::day(1), 0);
}

Answer<UsageView> usage(const WorkSources& sources, const rest::Request<rest::Query<UsageQuery>>& request) {
  const auto to = request.query.to ? request.query.to->time : base::wall_now();
  const auto from = request.query.from ? request.query.from->time : first_of_month({to.unix_ms - 1});
  if (to <= from) return tl::unexpected(rest::invalid_parameter("to", "it must be after from"));
  if (to.unix_ms - from.unix_ms > kLongestPeriodMs)
    return tl::unexpected(rest::invalid_parameter("from", "it must be at most 400 days before to"));
  const auto& organisation = request.principal.organisation;
  auto view = sources.office.with_connection([&](store::Connection& connection) -> base::Result<UsageView> {
    const ledger::Usage rows(connection);
    const auto totals = rows.totals(organisation, from, to);
    if (!totals) return tl::unexpected(totals.error());
    const auto days = rows.days(organisation, from, to);
    if (!days) return tl::unexpected(days.error());
    return view_of(from, to, *totals, *days);
  });
  if (!view) return tl::unexpected(Problem(view.error()));
  return std::move(*view);
}

using Shared = std::shared_ptr<const WorkSources>;

void add_jobs(rest::Api& api, const Shared& sources) {
  api.get("/api/jobs",
          {.id = "listJobs",
           .tag = "Upkeep",
           .access = Access::needs(access::permission::kReadSettings),
           .summary = "Work that is done later",
           .description = "With state=dead, what was given up."},
          [sources](const rest::Request<rest::Query<JobsQuery>>& request) { return jobs(*sources, request); });
  api.post("/api/jobs/{id}/retry",
           {.id = "retryJob",
            .tag = "Upkeep",
            .access = Access::needs(access::permission::kWriteSettings),
            .summary = "Try a dead job again",
            .fails = {{404, "There is no such job."}, {409, "It is not dead."}}},
           [sources](const OfWork& request) { return retry(*sources, request); });
}

}  // namespace

void add_work_routes(rest::Api& api, const WorkSources& from) {
  const auto sources = std::make_shared<const WorkSources>(from);
  add_jobs(api, sources);
  api.get("/api/alerts",
          {.id = "listAlerts",
           .tag = "Upkeep",
           .access = Access::needs(access::permission::kReadAnalytics),
           .summary = "What somebody should look at"},
          [sources](const rest::Request<rest::Query<AlertsQuery>>& request) { return alerts(*sources, request); });
  api.post("/api/alerts/{id}/acknowledge",
           {.id = "acknowledgeAlert",
            .tag = "Upkeep",
            .access = Access::needs(access::permission::kWriteSettings),
            .summary = "Say that somebody is looking at it",
            .fails = {{404, "There is no such alert."}, {409, "It is acknowledged or over already."}}},
           [sources](const OfWork& request) { return acknowledge(*sources, request); });
  api.get("/api/usage",
          {.id = "showUsage",
           .tag = "Upkeep",
           .access = Access::needs(access::permission::kReadUsage),
           .summary = "What was used in a period"},
          [sources](const rest::Request<rest::Query<UsageQuery>>& request) { return usage(*sources, request); });
}

}  // namespace frontdesk::api
