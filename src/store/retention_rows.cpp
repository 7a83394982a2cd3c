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

base::Result<std::int64_t> forget_messages_before(Connection& connection, base::UtcTime time) {
  const auto done = connection.write(
      "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE taken_at < ? ORDER BY taken_at LIMIT ?)",
      {time.unix_ms, std::int64_t{kRetentionBatch}});
  if (!done) return tl::unexpected(done.error());
  return connection.changed();
}

}  // namespace frontdesk::store
