#include "store/retention_rows.hpp"

#include "store/call_mapping.hpp"

namespace frontdesk::store {
namespace {

base::Result<std::vector<CallRow>> select(Connection& connection, const std::string& condition,
                                          const std::string& machine, base::UtcTime time) {
  const auto rows = connection.run("SELECT " + std::string(kCallColumns) +
                                       " FROM calls WHERE machine = ? AND started_at < ? AND status <> 'in_progress'" +
                                       condition + " ORDER BY started_at LIMIT ?",
                                   {machine, time.unix_ms, std::int64_t{kRetentionBatch}});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<CallRow> calls;
  for (const auto& row : *rows) calls.push_back(call_of(row));
  return calls;
}

}  // namespace

base::Result<std::optional<RetentionPolicy>> retention_policy(Connection& connection, const std::string& organisation) {
  const auto rows = connection.run(
      "SELECT transcripts_days, messages_days, calls_days FROM retention_policies WHERE organisation = ?",
      {organisation});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<RetentionPolicy>();
  const auto& row = rows->front();
  return std::optional(RetentionPolicy{row.integer(0), row.integer(1), row.integer(2)});
}

base::Status set_retention_policy(Connection& connection, const std::string& organisation,
                                  const RetentionPolicy& policy, base::UtcTime now) {
  return connection.write(
      "INSERT INTO retention_policies (organisation, transcripts_days, messages_days, calls_days, updated_at) VALUES "
      "(?, ?, ?, ?, ?) ON CONFLICT (organisation) DO UPDATE SET transcripts_days = excluded.transcripts_days, "
      "messages_days = excluded.messages_days, calls_days = excluded.calls_days, updated_at = excluded.updated_at",
      {organisation, policy.transcripts_days, policy.messages_days, policy.calls_days, now.unix_ms});
}

base::Result<std::vector<CallRow>> calls_with_words_before(Connection& connection, const std::string& machine,
                                                           base::UtcTime time) {
  return select(connection,
                " AND (journal <> '' OR EXISTS (SELECT 1 FROM call_turns WHERE call_turns.call = calls.id) OR "
                "EXISTS (SELECT 1 FROM call_events WHERE call_events.call = calls.id))",
                machine, time);
}

base::Result<std::vector<CallRow>> calls_before(Connection& connection, const std::string& machine,
                                                base::UtcTime time) {
  return select(connection, "", machine, time);
}

base::Status forget_words(Connection& connection, const std::string& call) {
  for (const char* sql : {"DELETE FROM call_turns WHERE call = ?", "DELETE FROM call_events WHERE call = ?",
                          "UPDATE calls SET journal = '' WHERE id = ?"})
    if (auto done = connection.write(sql, {call}); !done) return done;
  return {};
}

base::Result<std::vector<CallRow>> calls_with_plain_journals(Connection& connection, const std::string& machine,
                                                             const std::string& after) {
  const auto rows = connection.run("SELECT " + std::string(kCallColumns) +
                                       " FROM calls WHERE id > ? AND machine = ? AND status <> 'in_progress' AND "
                                       "journal LIKE '%.tape' ORDER BY id LIMIT ?",
                                   {after, machine, std::int64_t{kRetentionBatch}});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<CallRow> calls;
  for (const auto& row : *rows) calls.push_back(call_of(row));
  return calls;
}

base::Status journal_moved(Connection& connection, const CallRow& call, const std::string& to) {
  return connection.write("UPDATE calls SET journal = ? WHERE id = ? AND journal = ?", {to, call.id, call.journal});
}

base::Result<std::int64_t> forget_messages_before(Connection& connection, base::UtcTime time) {
  const auto done = connection.write(
      "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE taken_at < ? ORDER BY taken_at LIMIT ?)",
      {time.unix_ms, std::int64_t{kRetentionBatch}});
  if (!done) return tl::unexpected(done.error());
  return connection.changed();
}

}  // namespace frontdesk::store
