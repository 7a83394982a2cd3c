// Work that is done later, alerts and usage as the API shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api/call_queries.hpp"
#include "api/webhook_views.hpp"
#include "store/ledger/alerts.hpp"
#include "store/ledger/usage.hpp"
#include "store/work/jobs.hpp"

namespace frontdesk::api {

struct JobView {
  std::string id;
  std::string kind;
  WorkState state = WorkState::waiting;
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 0;
  std::optional<base::UtcTime> next_at;
  std::string last_error;
  base::UtcTime created_at;
  std::optional<base::UtcTime> finished_at;
};
BOOST_DESCRIBE_STRUCT(JobView, (),
                      (id, kind, state, attempts, max_attempts, next_at, last_error, created_at, finished_at))
constexpr auto about(const JobView*) {
  return json::about("Job", "Work that is done later.",
                     Note{.member = "state", .text = "dead: given up; it can be tried again."},
                     Note{.member = "next_at", .text = "When it is due; null if it is not."});
}

struct JobsQuery {
  std::optional<WorkState> state;
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(JobsQuery, (), (state, limit, cursor))
constexpr auto about(const JobsQuery*) {
  return json::about("JobsQuery", "", Note{.member = "state", .text = "Only these."}, rest::kLimitNote,
                     rest::kCursorNote);
}

struct JobPage {
  std::vector<JobView> jobs;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(JobPage, (), (jobs, next_cursor))
constexpr auto about(const JobPage*) {
  return json::about("JobPage", "Jobs, the newest first.",
                     Note{.member = "next_cursor", .text = "Null on the last page."});
}

/// In the order of ledger::Severity and ledger::AlertState.
enum class AlertSeverity { info, warning, critical };
BOOST_DESCRIBE_ENUM(AlertSeverity, info, warning, critical)
enum class AlertStateView { open, acknowledged, resolved };
BOOST_DESCRIBE_ENUM(AlertStateView, open, acknowledged, resolved)

struct AlertView {
  std::string id;
  std::string kind;
  std::string subject;
  AlertSeverity severity = AlertSeverity::warning;
  std::string title;
  std::string detail;
  AlertStateView state = AlertStateView::open;
  base::UtcTime first_at;
  base::UtcTime last_at;
  std::string acknowledged_by;
  std::optional<base::UtcTime> acknowledged_at;
  std::optional<base::UtcTime> resolved_at;
};
BOOST_DESCRIBE_STRUCT(AlertView, (),
                      (id, kind, subject, severity, title, detail, state, first_at, last_at, acknowledged_by,
                       acknowledged_at, resolved_at))
constexpr auto about(const AlertView*) {
  return json::about("Alert", "Something that somebody should look at.",
                     Note{.member = "kind", .example = "\"line_down\""},
                     Note{.member = "subject", .text = "Whose trouble it is: the line's name, or empty."},
                     Note{.member = "state", .text = "resolved: it is over."},
                     Note{.member = "acknowledged_by", .text = "Id of the person or token; empty if nobody has."});
}

struct AlertsQuery {
  std::optional<AlertStateView> state;
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AlertsQuery, (), (state, limit, cursor))
constexpr auto about(const AlertsQuery*) {
  return json::about("AlertsQuery", "", Note{.member = "state", .text = "Only these."}, rest::kLimitNote,
                     rest::kCursorNote);
}

struct AlertPage {
  std::vector<AlertView> alerts;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(AlertPage, (), (alerts, next_cursor))
constexpr auto about(const AlertPage*) {
  return json::about("AlertPage", "Alerts, the newest first.",
                     Note{.member = "next_cursor", .text = "Null on the last page."});
}

struct WorkPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(WorkPath, (), (id))
constexpr auto about(const WorkPath*) {
  return json::about("WorkPath", "", Note{.member = "id", .text = "Of the job or alert.", .max_length = 100});
}

struct UsageQuery {
  std::optional<When> from;
  std::optional<When> to;
};
BOOST_DESCRIBE_STRUCT(UsageQuery, (), (from, to))
constexpr auto about(const UsageQuery*) {
  return json::about("UsageQuery", "",
                     Note{.member = "from", .text = "Inclusive; if it is left out, the first of the month in UTC."},
                     Note{.member = "to", .text = "Exclusive; if it is left out, now."});
}

struct UsageTotalView {
  std::string kind;
  std::string provider;
  std::string model;
  std::int64_t quantity = 0;
  std::int64_t records = 0;
  std::int64_t cost_micros = 0;
  std::string currency;
};
BOOST_DESCRIBE_STRUCT(UsageTotalView, (), (kind, provider, model, quantity, records, cost_micros, currency))
constexpr auto about(const UsageTotalView*) {
  return json::about("UsageTotal", "What was used of one kind.",
                     Note{.member = "kind", .text = "call_seconds: each call rounded up to a second."},
                     Note{.member = "provider", .text = "Empty: this program itself."},
                     Note{.member = "records", .text = "How many times: of call_seconds, the calls."},
                     Note{.member = "cost_micros", .text = "In millionths of the currency."});
}

struct UsageDayView {
  std::string date;
  std::string kind;
  std::int64_t quantity = 0;
  std::int64_t records = 0;
};
BOOST_DESCRIBE_STRUCT(UsageDayView, (), (date, kind, quantity, records))
constexpr auto about(const UsageDayView*) {
  return json::about("UsageDay", "What was used of one kind on one day in UTC.",
                     Note{.member = "date", .format = "date", .example = "\"2026-11-23\""});
}

struct UsageView {
  base::UtcTime from;
  base::UtcTime to;
  double call_minutes = 0;
  std::vector<UsageTotalView> totals;
  std::vector<UsageDayView> days;
};
BOOST_DESCRIBE_STRUCT(UsageView, (), (from, to, call_minutes, totals, days))
constexpr auto about(const UsageView*) {
  return json::about("Usage", "What was used in a period.");
}

JobView view_of(const work::Job& job);
AlertView view_of(const ledger::Alert& alert);
UsageView view_of(base::UtcTime from, base::UtcTime to, const std::vector<ledger::UsageTotal>& totals,
                  const std::vector<ledger::UsageDay>& days);

}  // namespace frontdesk::api
