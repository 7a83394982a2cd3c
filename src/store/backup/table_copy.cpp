#include "store/backup/table_copy.hpp"

#include <algorithm>

namespace frontdesk::backup {
namespace {

constexpr std::int64_t kRowsAtOnce = 1000;

base::Result<std::vector<std::string>> columns(store::Connection& connection, const std::string& table) {
  const auto rows = connection.dialect() == store::Dialect::sqlite
                        ? connection.run("SELECT name FROM pragma_table_info(?) ORDER BY name", {table})
                        : connection.run(
                              "SELECT column_name::text FROM information_schema.columns WHERE table_schema = "
                              "current_schema() AND table_name = ? ORDER BY column_name",
                              {table});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::string> names;
  for (const auto& row : *rows) names.push_back(row.text(0));
  std::sort(names.begin(), names.end());
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text;
}

/// A table's rows, some at a time.
class Reader {
 public:
  Reader(store::Connection& connection, const std::string& table, const std::vector<std::string>& names)
      : connection_(connection),
        select_("SELECT " + listed(names) + ", rowid FROM \"" + table +
                "\" WHERE rowid > ? "
                "ORDER BY rowid LIMIT ?") {
    if (connection.dialect() == store::Dialect::postgres)
      opened_ =
          connection.write("DECLARE reader NO SCROLL CURSOR FOR SELECT " + listed(names) + " FROM \"" + table + "\"");
  }
  ~Reader() {
    if (connection_.dialect() == store::Dialect::postgres && opened_) (void)connection_.run("CLOSE reader");
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  base::Result<store::Rows> next() {
    if (!opened_) return tl::unexpected(opened_.error());
    if (connection_.dialect() == store::Dialect::postgres)
      return connection_.run("FETCH " + std::to_string(kRowsAtOnce) + " FROM reader");
    auto rows = connection_.run(select_, {last_, kRowsAtOnce});
    if (rows && !rows->empty()) last_ = rows->back().integer(rows->back().size() - 1);
    return rows;
  }

 private:
  store::Connection& connection_;
  const std::string select_;
  base::Status opened_;
  std::int64_t last_ = -1;
};

base::Status copy_table(store::Connection& from, store::Connection& to, const std::string& table) {
  const auto names = columns(from, table);
  if (!names) return tl::unexpected(names.error());
  const auto others = columns(to, table);
  if (!others) return tl::unexpected(others.error());
  if (*names != *others)
    return base::fail(base::ErrorCode::failed_precondition, "backup",
                      "the table " + table + " differs in the two databases");
  std::string insert = "INSERT INTO \"" + table + "\" (" + listed(*names) + ") VALUES (";
  for (std::size_t i = 0; i < names->size(); ++i) insert += i == 0 ? "?" : ", ?";
  insert += ")";
  Reader reader(from, table, *names);
  while (true) {
    const auto rows = reader.next();
    if (!rows) return tl::unexpected(rows.error());
    for (const auto& row : *rows)
      if (auto done = to.write(insert, row.values(names->size())); !done) return done;
    if (rows->size() < static_cast<std::size_t>(kRowsAtOnce)) return {};
  }
}

}  // namespace

base::Result<std::vector<std::string>> tables_in_order(store::Connection& sqlite) {
  const auto rows = sqlite.run(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> "
      "'schema_migrations' "
      "ORDER BY rowid");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::string> tables;
  for (const auto& row : *rows) tables.push_back(row.text(0));
  return tables;
}

base::Status copy_tables(store::Connection& from, store::Connection& to, const std::vector<std::string>& tables) {
  return from.transaction([&]() -> base::Status {
    return to.transaction([&]() -> base::Status {
      for (auto table = tables.rbegin(); table != tables.rend(); ++table)
        if (auto done = to.write("DELETE FROM \"" + *table + "\""); !done) return done;
      for (const auto& table : tables)
        if (auto done = copy_table(from, to, table); !done) return done;
      return {};
    });
  });
}

}  // namespace frontdesk::backup
