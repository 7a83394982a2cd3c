#include "store/ledger/alerts.hpp"

#include "base/entropy.hpp"

namespace frontdesk::ledger {

base::Result<Alert> Alerts::raise(const Trouble& trouble, base::UtcTime now) {
  const Alert alert{.id = base::new_id("alert"),
                    .organisation = trouble.organisation,
                    .kind = trouble.kind,
                    .subject = trouble.subject,
                    .severity = trouble.severity,
                    .title = trouble.title,
                    .detail = trouble.detail,
                    .first_at = now,
                    .last_at = now};
  const auto rows = connection_.run(
      store::insert_statement<Alert>() +
          " ON CONFLICT (organisation, kind, subject) WHERE state <> 'resolved' DO UPDATE SET times = alerts.times + "
          "1, "
          "last_at = excluded.last_at, severity = excluded.severity, title = excluded.title, detail = excluded.detail "
          "RETURNING " +
          store::columns_of<Alert>(),
      store::values_of_record(alert));
  if (!rows) return tl::unexpected(rows.error());
  return store::record_of<Alert>(rows->front());
}

base::Status Alerts::acknowledge(const std::string& organisation, const std::string& id, const std::string& by,
                                 base::UtcTime now) {
  const auto done = connection_.write(
      "UPDATE alerts SET state = 'acknowledged', acknowledged_by = ?, acknowledged_at = ? WHERE organisation = ? AND "
      "id "
      "= ? AND state = 'open'",
      {by, now.unix_ms, organisation, id});
  return changed_one(done, store::no_such("open alert"));
}

base::Result<bool> Alerts::resolve(const std::string& organisation, const std::string& kind, const std::string& subject,
                                   base::UtcTime now) {
  const auto done = connection_.write(
      "UPDATE alerts SET state = 'resolved', resolved_at = ? WHERE organisation = ? AND kind = ? AND subject = ? AND "
      "state <> 'resolved'",
      {now.unix_ms, organisation, kind, subject});
  if (!done) return tl::unexpected(done.error());
  return connection_.changed() > 0;
}

base::Result<Alert> Alerts::open_one(const std::string& organisation, const std::string& kind,
                                     const std::string& subject) const {
  return one("organisation = ? AND kind = ? AND subject = ? AND state <> 'resolved'", {organisation, kind, subject});
}

base::Result<store::Page<Alert>> Alerts::in_state(const std::string& organisation, AlertState state, int limit,
                                                  const std::string& after) const {
  return page("organisation = ? AND state = ?", {organisation, std::string(store::name_of(state))}, limit, after);
}

base::Result<store::Page<Alert>> Alerts::unresolved(const std::string& organisation, int limit,
                                                    const std::string& after) const {
  return page("organisation = ? AND state <> 'resolved'", {organisation}, limit, after);
}

}  // namespace frontdesk::ledger
