#include "store/postgres_statement.hpp"

namespace frontdesk::store {
namespace {

/// One past the end of what begins at `at` and is no place for a parameter; `at` itself if nothing does.
std::size_t skip_literal(std::string_view sql, std::size_t at) {
  const auto after = [&](std::string_view end, std::size_t from) {
    const auto found = sql.find(end, from);
    return found == std::string_view::npos ? sql.size() : found + end.size();
  };
  if (sql[at] == '\'') return after("'", at + 1);  // '' is two literals side by side
  if (sql[at] == '"') return after("\"", at + 1);
  if (sql.substr(at).starts_with("--")) return after("\n", at + 2);
  if (sql.substr(at).starts_with("/*")) return after("*/", at + 2);
  return at;
}

struct Exact {
  std::string_view state;
  PostgresVerdict verdict;
};

using enum base::ErrorCode;

constexpr Exact kStates[] = {
    {"23505", {already_exists, base::Retry::never}},       // unique_violation
    {"40001", {aborted, base::Retry::now}},                // serialization_failure
    {"40P01", {aborted, base::Retry::now}},                // deadlock_detected
    {"26000", {aborted, base::Retry::now}},                // invalid_sql_statement_name
    {"0A000", {unimplemented, base::Retry::never}},        // feature_not_supported
    {"25006", {unavailable, base::Retry::later}},          // read_only_sql_transaction: a standby, before it takes over
    {"55P03", {unavailable, base::Retry::later}},          // lock_not_available
    {"57014", {deadline_exceeded, base::Retry::later}},    // query_canceled
    {"42501", {permission_denied, base::Retry::later}},    // insufficient_privilege
    {"42P01", {failed_precondition, base::Retry::never}},  // undefined_table
    {"3D000", {failed_precondition, base::Retry::never}},  // invalid_catalog_name
};

constexpr Exact kClasses[] = {
    {"08", {unavailable, base::Retry::later}},          // connection exception
    {"22", {invalid_argument, base::Retry::never}},     // data exception
    {"23", {failed_precondition, base::Retry::never}},  // integrity constraint violation
    {"25", {failed_precondition, base::Retry::never}},  // invalid transaction state
    {"28", {permission_denied, base::Retry::later}},    // invalid authorization specification
    {"40", {aborted, base::Retry::now}},                // transaction rollback
    {"53", {unavailable, base::Retry::later}},          // insufficient resources: disk, memory, connections
    {"57", {unavailable, base::Retry::later}},          // operator intervention: shutdown, restart
    {"58", {unavailable, base::Retry::later}},          // system error
    {"XX", {data_loss, base::Retry::never}},            // internal error, damage
};

}  // namespace

std::string numbered_parameters(std::string_view sql) {
  std::string out;
  out.reserve(sql.size() + 16);
  int parameters = 0;
  for (std::size_t at = 0; at < sql.size();) {
    if (const auto end = skip_literal(sql, at); end != at) {
      out += sql.substr(at, end - at);
      at = end;
    } else if (sql[at] == '?') {
      out += "$" + std::to_string(++parameters);
      ++at;
    } else {
      out += sql[at++];
    }
  }
  return out;
}

PostgresVerdict verdict_on(std::string_view sqlstate) {
  for (const auto& each : kStates)
    if (each.state == sqlstate) return each.verdict;
  for (const auto& each : kClasses)
    if (sqlstate.starts_with(each.state)) return each.verdict;
  return {};
}

bool is_stale_statement(std::string_view sqlstate) {
  return sqlstate == "26000" || sqlstate == "0A000";
}

}  // namespace frontdesk::store
