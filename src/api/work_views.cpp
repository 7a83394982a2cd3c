#include "api/work_views.hpp"

#include "base/iso_time.hpp"

namespace frontdesk::api {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::size_t kDateLength = 10;

}  // namespace

JobView view_of(const work::Job& job) {
  JobView view;
  view.id = job.id;
  view.kind = job.kind;
  view.state = static_cast<WorkState>(job.state);
  view.attempts = job.attempts;
  view.max_attempts = job.max_attempts;
  if (job.state == work::State::waiting) view.next_at = job.next_at;
  view.last_error = job.last_error;
  view.created_at = job.created_at;
  view.finished_at = job.finished_at;
  return view;
}

AlertView view_of(const ledger::Alert& alert) {
  AlertView view;
  view.id = alert.id;
  view.kind = alert.kind;
  view.subject = alert.subject;
  view.severity = static_cast<AlertSeverity>(alert.severity);
  view.title = alert.title;
  view.detail = alert.detail;
  view.state = static_cast<AlertStateView>(alert.state);
  view.first_at = alert.first_at;
  view.last_at = alert.last_at;
  view.acknowledged_by = alert.acknowledged_by;
  view.acknowledged_at = alert.acknowledged_at;
  view.resolved_at = alert.resolved_at;
  return view;
}

UsageView view_of(base::UtcTime from, base::UtcTime to, const std::vector<ledger::UsageTotal>& totals,
                  const std::vector<ledger::UsageDay>& days) {
  UsageView view;
  view.from = from;
  view.to = to;
  for (const auto& each : totals) {
    if (each.kind == "call_seconds") view.call_minutes += static_cast<double>(each.quantity) / 60;
    view.totals.push_back(
        {each.kind, each.provider, each.model, each.quantity, each.records, each.cost_micros, each.currency});
  }
  for (const auto& each : days)
    view.days.push_back(
        {base::iso_time({each.day * kDayMs}).substr(0, kDateLength), each.kind, each.quantity, each.records});
  return view;
}

}  // namespace frontdesk::api
