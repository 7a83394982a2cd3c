#include "api/audit_routes.hpp"

#include <charconv>
#include <map>

#include "accounts/users.hpp"
#include "api/audit_views.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using ListsAudit = rest::Request<rest::Query<AuditQuery>>;

constexpr const char* kTag = "Audit log";

Answer<audit::Filter> filter_of(const AuditQuery& query, const std::string& organisation) {
  audit::Filter filter;
  filter.organisation = organisation;
  filter.actor = query.who.value_or("");
  filter.action = query.action.value_or("");
  filter.subject = query.subject.value_or("");
  if (query.from) filter.from = query.from->time;
  if (query.to) filter.to = query.to->time;
  if (filter.from && filter.to && *filter.to < *filter.from)
    return tl::unexpected(rest::invalid_parameter("to", "it must not be before from"));
  const auto place = rest::place_of(query, 1);
  if (!place) return tl::unexpected(place.error());
  if (place->empty()) return filter;
  const auto& text = place->front();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), filter.before);
  if (error != std::errc{} || end != text.data() + text.size() || filter.before < 1)
    return tl::unexpected(rest::invalid_parameter("cursor", "write the next_cursor of the page before"));
  return filter;
}

AuditRecordView view_of(const chain::Record& record, const std::map<std::string, std::string>& names) {
  AuditRecordView view;
  view.sequence = record.sequence;
  view.at = record.at;
  view.who = record.actor;
  if (const auto name = names.find(record.actor); name != names.end()) view.who_name = name->second;
  view.address = record.address;
  view.action = record.action;
  view.subject = record.subject;
  for (const auto& each : record.changes) view.changes.push_back({each.field, each.before, each.after});
  return view;
}

base::Result<AuditPageView> page_of(accounts::Office& office, const audit::Filter& filter, int limit) {
  return office.with_connection([&](store::Connection& connection) -> base::Result<AuditPageView> {
    const auto records = office.audit.list(connection, filter, limit);
    if (!records) return tl::unexpected(records.error());
    const auto members = accounts::members_of(connection, filter.organisation);
    if (!members) return tl::unexpected(members.error());
    std::map<std::string, std::string> names;
    for (const auto& each : *members) names[each.user] = each.email;
    AuditPageView page;
    for (const auto& each : *records) page.records.push_back(view_of(each, names));
    return page;
  });
}

Answer<AuditPageView> list_records(accounts::Office& office, const ListsAudit& request) {
  const auto filter = filter_of(request.query, request.principal.organisation);
  if (!filter) return tl::unexpected(filter.error());
  auto page = page_of(office, *filter, static_cast<int>(request.query.limit));
  if (!page) return tl::unexpected(page.error());
  if (page->records.size() == static_cast<std::size_t>(request.query.limit))
    page->next_cursor = rest::next_cursor(request.query, {std::to_string(page->records.back().sequence)});
  return std::move(*page);
}

Answer<AuditProofView> verify(accounts::Office& office) {
  const auto report =
      office.with_connection([&](store::Connection& connection) { return office.audit.verify(connection); });
  if (!report) return tl::unexpected(report.error());
  AuditProofView view{report->findings.empty(), report->records, base::wall_now(), {}};
  for (const auto& each : report->findings)
    view.findings.push_back(
        {each.sequence, "record " + std::to_string(each.sequence) + " " + std::string(chain::meaning(each.fault))});
  return view;
}

}  // namespace

void add_audit_routes(rest::Api& api, AuditSources sources) {
  auto* office = &sources.office;
  const auto access = Access::needs(access::permission::kReadAudit);
  api.get("/api/audit", {.id = "listAudit", .tag = kTag, .access = access, .summary = "Who changed what, in pages"},
          [office](const ListsAudit& request) { return list_records(*office, request); });
  api.get("/api/audit/verify",
          {.id = "verifyAudit",
           .tag = kTag,
           .access = access,
           .summary = "Prove that nobody touched the audit log",
           .description = "Reads every record now."},
          [office](const rest::Request<>&) { return verify(*office); });
}

}  // namespace frontdesk::api
