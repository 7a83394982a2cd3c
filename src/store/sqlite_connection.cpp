#include "store/sqlite_connection.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

namespace frontdesk::store {
namespace {

base::ErrorCode code_of(int status) {
  switch (status & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return base::ErrorCode::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return base::ErrorCode::data_loss;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return base::ErrorCode::permission_denied;
    case SQLITE_CONSTRAINT:
      return base::ErrorCode::failed_precondition;
    default:
      return base::ErrorCode::internal;
  }
}

tl::unexpected<base::Error> failed(sqlite3* database, const std::string& what) {
  const int status = sqlite3_extended_errcode(database);
  const auto code = code_of(status);
  return base::fail(code, "store", what + ": " + sqlite3_errmsg(database),
                    code == base::ErrorCode::unavailable ? base::Retry::later : base::Retry::never, status);
}

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

void bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    sqlite3_bind_int64(statement, index, *integer);
  else if (const auto* real = std::get_if<double>(&value))
    sqlite3_bind_double(statement, index, *real);
  else if (const auto* text = std::get_if<std::string>(&value))
    sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  else
    sqlite3_bind_null(statement, index);
}

Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, index);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
      const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
      return text == nullptr ? std::string() : std::string(text, bytes);
    }
  }
}

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(sqlite3* database) : database_(database) {}
  ~SqliteConnection() override { sqlite3_close_v2(database_); }

  base::Result<Rows> run(std::string_view sql, std::span<const Value> parameters) override {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK)
      return failed(database_, "cannot prepare a statement");
    const Statement statement(raw);
    for (std::size_t i = 0; i < parameters.size(); ++i) bind(raw, static_cast<int>(i) + 1, parameters[i]);
    Rows rows;
    int status = sqlite3_step(raw);
    for (; status == SQLITE_ROW && rows.size() < kMaxRows; status = sqlite3_step(raw)) {
      std::vector<Value> values;
      const int columns = sqlite3_column_count(raw);
      values.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) values.push_back(column(raw, i));
      rows.emplace_back(std::move(values));
    }
    if (status != SQLITE_DONE && status != SQLITE_ROW) return failed(database_, "cannot run a statement");
    return rows;
  }

  base::Status run_script(std::string_view sql) override {
    const std::string terminated(sql);
    if (sqlite3_exec(database_, terminated.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      return failed(database_, "cannot run a script");
    return {};
  }

  std::int64_t changed() const override { return sqlite3_changes64(database_); }

 private:
  sqlite3* database_;
};

}  // namespace

base::Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& path, OpenMode mode,
                                                      base::Duration busy_limit) {
  sqlite3* raw = nullptr;
  const int flags = mode == OpenMode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int status = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  auto connection = std::make_unique<SqliteConnection>(raw);
  if (status != SQLITE_OK) {
    const auto error = failed(raw, "cannot open the database " + path.string());
    return error;
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(base::to_ms(busy_limit)));
  if (mode == OpenMode::read_write) {
    chmod(path.c_str(), S_IRUSR | S_IWUSR);
    if (auto set = connection->run_script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
        !set)
      return tl::unexpected(set.error());
  }
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace frontdesk::store
