#include "audit/rows.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "crypto/encoding.hpp"

namespace frontdesk::audit {
namespace {

namespace bj = boost::json;

const std::string kSelect =
    "SELECT sequence, at, organisation, actor, session, address, action, subject, changes, mac FROM audit_log ";

/// [["field", "before", "after"], ...]
std::string text_of(const std::vector<chain::Change>& changes) {
  bj::array list;
  for (const auto& each : changes) list.push_back(bj::array{each.field, each.before, each.after});
  return bj::serialize(list);
}

/// What is not text_of()'s comes back as one change that no record has: the chain then shows it.
std::vector<chain::Change> changes_in(const std::string& text) {
  std::vector<chain::Change> unreadable = {{"(unreadable)", text, text}};
  boost::system::error_code error;
  const auto value = bj::parse(text, error);
  if (error || !value.is_array()) return unreadable;
  std::vector<chain::Change> changes;
  for (const auto& each : value.as_array()) {
    const auto* triple = each.if_array();
    if (triple == nullptr || triple->size() != 3) return unreadable;
    if (!std::all_of(triple->begin(), triple->end(), [](const bj::value& part) { return part.is_string(); }))
      return unreadable;
    changes.push_back({std::string((*triple)[0].as_string()), std::string((*triple)[1].as_string()),
                       std::string((*triple)[2].as_string())});
  }
  return changes;
}

chain::Mac mac_in(const std::string& text) {
  chain::Mac mac{};
  const auto bytes = crypto::from_hex(text);
  if (bytes && bytes->size() == mac.size()) std::copy(bytes->begin(), bytes->end(), mac.begin());
  return mac;
}

Row row_of(const store::Row& row) {
  return {{row.integer(0),
           {row.integer(1)},
           row.text(2),
           row.text(3),
           row.text(4),
           row.text(5),
           row.text(6),
           row.text(7),
           changes_in(row.text(8))},
          mac_in(row.text(9))};
}

base::Result<std::vector<Row>> rows_of(const base::Result<store::Rows>& rows) {
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Row> out;
  for (const auto& row : *rows) out.push_back(row_of(row));
  return out;
}

}  // namespace

base::Status lock_end(store::Connection& connection) {
  const auto taken = connection.run("UPDATE audit_lock SET appended = appended + 1 WHERE id = 1");
  if (!taken) return tl::unexpected(taken.error());
  return {};
}

base::Result<chain::Head> read_end(store::Connection& connection) {
  const auto rows = connection.run("SELECT sequence, mac FROM audit_log ORDER BY sequence DESC LIMIT 1");
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return chain::Head{};
  return chain::Head{rows->front().integer(0), mac_in(rows->front().text(1))};
}

base::Status append(store::Connection& connection, const Row& row) {
  const auto& record = row.record;
  const auto written = connection.run(
      "INSERT INTO audit_log (sequence, at, organisation, actor, session, address, action, subject, changes, mac) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {record.sequence, record.at.unix_ms, record.organisation, record.actor, record.session, record.address,
       record.action, record.subject, text_of(record.changes), crypto::hex(row.mac)});
  if (!written) return tl::unexpected(written.error());
  return {};
}

base::Result<std::vector<Row>> read_after(store::Connection& connection, std::int64_t sequence, int limit) {
  return rows_of(
      connection.run(kSelect + "WHERE sequence > ? ORDER BY sequence LIMIT ?", {sequence, std::int64_t{limit}}));
}

base::Result<std::vector<Row>> read_before(store::Connection& connection, const Filter& filter, int limit) {
  std::string where = "WHERE organisation = ?";
  std::vector<store::Value> values{filter.organisation};
  const auto add = [&](std::string_view condition, store::Value value) {
    where.append(" AND ").append(condition);
    values.push_back(std::move(value));
  };
  if (filter.before > 0) add("sequence < ?", filter.before);
  if (!filter.actor.empty()) add("actor = ?", filter.actor);
  if (filter.action.ends_with('.'))
    add("SUBSTR(action, 1, " + std::to_string(filter.action.size()) + ") = ?", filter.action);
  else if (!filter.action.empty())
    add("action = ?", filter.action);
  if (!filter.subject.empty()) add("subject = ?", filter.subject);
  if (filter.from) add("at >= ?", filter.from->unix_ms);
  if (filter.to) add("at < ?", filter.to->unix_ms);
  values.emplace_back(std::int64_t{limit});
  return rows_of(connection.run(kSelect + where + " ORDER BY sequence DESC LIMIT ?", values));
}

}  // namespace frontdesk::audit
