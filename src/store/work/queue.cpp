#include "store/work/queue.hpp"

#include <cmath>

namespace frontdesk::work {
namespace {

constexpr double kSpread = 0.1;
constexpr std::string_view kLate = "its lease was over";

std::string text(std::string_view first, std::string_view table, std::string_view rest) {
  return std::string(first) + std::string(table) + std::string(rest);
}

tl::unexpected<base::Error> lease_is_over() {
  return base::fail(base::ErrorCode::aborted, "store", "the lease is over: somebody else may have taken the work");
}

base::Status held(const store::Connection& connection, base::Status done) {
  if (!done || connection.changed() == 1) return done;
  return lease_is_over();
}

/// Workers that died with their last attempt.
base::Status bury(store::Connection& connection, std::string_view table, base::UtcTime now) {
  return connection.write(text("UPDATE ", table,
                               " SET state = 'dead', finished_at = ?, last_error = ? WHERE state = 'running' AND "
                               "next_at <= ? AND attempts >= max_attempts"),
                          {now.unix_ms, std::string(kLate), now.unix_ms});
}

}  // namespace

base::Duration back_off(std::int64_t attempts, double spread) {
  const double doubled = std::exp2(static_cast<double>(std::clamp<std::int64_t>(attempts - 1, 0, 30)));
  const double seconds = std::min(base::to_seconds(kFirstDelay) * doubled, base::to_seconds(kLongestDelay));
  const double shortened = seconds * (1 - kSpread * std::clamp(spread, 0.0, 1.0));
  return base::milliseconds(static_cast<std::int64_t>(shortened * 1000));
}

base::Result<store::Rows> take_due(store::Connection& connection, std::string_view table, const std::string& columns,
                                   const std::string& condition, std::vector<store::Value> values, const Claim& claim) {
  if (auto buried = bury(connection, table, claim.now); !buried) return tl::unexpected(buried.error());
  // SQLite's writers take turns anyway. Materialised, or PostgreSQL may run the inner statement more than once.
  const bool locks = connection.dialect() == store::Dialect::postgres;
  const auto sql =
      "WITH due AS MATERIALIZED (SELECT id AS due_id FROM " + std::string(table) + " WHERE " + condition +
      " AND state IN ('waiting', 'running') AND next_at <= ? ORDER BY next_at, id LIMIT ?" +
      (locks ? " FOR UPDATE SKIP LOCKED" : "") + ") UPDATE " + std::string(table) +
      " SET state = 'running', worker = ?, attempts = attempts + 1, next_at = ? FROM due WHERE id = due_id "
      "RETURNING " +
      columns;
  const store::Value rest[] = {claim.now.unix_ms, std::int64_t{std::clamp(claim.limit, 1, store::kLongestList)},
                               claim.worker, claim.now.unix_ms + base::to_ms(claim.lease)};
  values.insert(values.end(), std::begin(rest), std::end(rest));
  return connection.run(sql, values);
}

base::Status extend(store::Connection& connection, std::string_view table, const Lease& lease, base::UtcTime until) {
  return held(connection, connection.write(text("UPDATE ", table,
                                                " SET next_at = ? WHERE id = ? AND attempts = ? AND state = 'running'"),
                                           {until.unix_ms, lease.id, lease.attempt}));
}

base::Status finish(store::Connection& connection, std::string_view table, const Lease& lease, base::UtcTime now) {
  return held(connection,
              connection.write(text("UPDATE ", table,
                                    " SET state = 'done', finished_at = ?, last_error = '' WHERE id = ? AND "
                                    "attempts = ? AND state = 'running'"),
                               {now.unix_ms, lease.id, lease.attempt}));
}

base::Result<bool> give_back(store::Connection& connection, std::string_view table, const Lease& lease,
                             const std::string& error, base::UtcTime next, base::UtcTime now) {
  const auto rows = connection.run(
      text("UPDATE ", table,
           " SET state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'waiting' END, finished_at = CASE WHEN "
           "attempts >= max_attempts THEN ? ELSE NULL END, next_at = ?, last_error = ?, worker = '' WHERE id = ? AND "
           "attempts = ? AND state = 'running' RETURNING state"),
      {now.unix_ms, next.unix_ms, error, lease.id, lease.attempt});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return lease_is_over();
  return rows->front().text(0) == "dead";
}

base::Status give_up(store::Connection& connection, std::string_view table, const Lease& lease,
                     const std::string& error, base::UtcTime now) {
  return held(connection,
              connection.write(text("UPDATE ", table,
                                    " SET state = 'dead', finished_at = ?, last_error = ?, worker = '' WHERE id = ? "
                                    "AND attempts = ? AND state = 'running'"),
                               {now.unix_ms, error, lease.id, lease.attempt}));
}

base::Status revive(store::Connection& connection, std::string_view table, const std::string& organisation,
                    const std::string& id, base::UtcTime now) {
  auto done = connection.write(text("UPDATE ", table,
                                    " SET state = 'waiting', attempts = 0, next_at = ?, finished_at = NULL WHERE "
                                    "organisation = ? AND id = ? AND state = 'dead'"),
                               {now.unix_ms, organisation, id});
  if (!done || connection.changed() == 1) return done;
  return store::no_such("dead entry");
}

base::Result<std::int64_t> forget_ended(store::Connection& connection, std::string_view table, State state,
                                        base::UtcTime before) {
  const auto done =
      connection.write("DELETE FROM " + std::string(table) + " WHERE id IN (SELECT id FROM " + std::string(table) +
                           " WHERE state = ? AND finished_at < ? ORDER BY finished_at LIMIT 1000)",
                       {std::string(store::name_of(state)), before.unix_ms});
  if (!done) return tl::unexpected(done.error());
  return connection.changed();
}

}  // namespace frontdesk::work
