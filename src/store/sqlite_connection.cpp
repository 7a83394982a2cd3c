#include "store/sqlite_connection.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <system_error>

#include "store/storable_text.hpp"

namespace frontdesk::store {
namespace {

base::ErrorCode code_of(int status) {
  switch (status) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return base::ErrorCode::already_exists;
    default:
      break;
  }
  switch (status & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
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
  const bool may_pass = code == base::ErrorCode::unavailable || code == base::ErrorCode::permission_denied;
  return base::fail(code, "store", what + ": " + sqlite3_errmsg(database),
                    may_pass ? base::Retry::later : base::Retry::never, status);
}

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

/// Ends a statement's run, so that it holds no lock and no value of it.
class Run {
 public:
  explicit Run(sqlite3_stmt* statement) : statement_(statement) {}
  ~Run() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

 private:
  sqlite3_stmt* statement_;
};

void bind_text(sqlite3_stmt* statement, int index, const std::string& text) {
  const std::string storable = is_storable(text) ? std::string() : storable_text(text);
  const std::string& stored = storable.empty() ? text : storable;
  sqlite3_bind_text64(statement, index, stored.data(), stored.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void bind_blob(sqlite3_stmt* statement, int index, const Blob& blob) {
  if (blob.empty())
    sqlite3_bind_zeroblob(statement, index, 0);  // a null pointer would be NULL
  else
    sqlite3_bind_blob64(statement, index, blob.data(), blob.size(), SQLITE_TRANSIENT);
}

void bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    sqlite3_bind_int64(statement, index, *integer);
  else if (const auto* real = std::get_if<double>(&value))
    sqlite3_bind_double(statement, index, *real);
  else if (const auto* text = std::get_if<std::string>(&value))
    bind_text(statement, index, *text);
  else if (const auto* blob = std::get_if<Blob>(&value))
    bind_blob(statement, index, *blob);
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
    case SQLITE_BLOB: {
      const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
      return data == nullptr ? Blob() : Blob(data, data + sqlite3_column_bytes(statement, index));
    }
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
  ~SqliteConnection() override {
    statements_.clear();
    sqlite3_close_v2(database_);
  }

  std::int64_t changed() const override { return sqlite3_changes64(database_); }
  Dialect dialect() const override { return Dialect::sqlite; }

 private:
  base::Result<Rows> execute(std::string_view sql, std::span<const Value> parameters) override {
    sqlite3_stmt* statement = prepared(sql);
    if (statement == nullptr) return failed(database_, "cannot prepare a statement");
    const Run run(statement);
    for (std::size_t i = 0; i < parameters.size(); ++i) bind(statement, static_cast<int>(i) + 1, parameters[i]);
    Rows rows;
    int status = sqlite3_step(statement);
    for (; status == SQLITE_ROW && rows.size() < kMaxRows; status = sqlite3_step(statement)) {
      std::vector<Value> values;
      const int columns = sqlite3_column_count(statement);
      values.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) values.push_back(column(statement, i));
      rows.emplace_back(std::move(values));
    }
    if (status != SQLITE_DONE && status != SQLITE_ROW) return failed(database_, "cannot run a statement");
    return rows;
  }

  base::Status execute_script(std::string_view sql) override {
    const std::string terminated(sql);
    if (sqlite3_exec(database_, terminated.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      return failed(database_, "cannot run a script");
    return {};
  }

  /// BEGIN alone would let a transaction that has read fail when it first writes.
  std::string_view begin_statement() const override { return "BEGIN IMMEDIATE"; }

  /// Kept for the next time; the one that was not used longest goes.
  sqlite3_stmt* prepared(std::string_view sql) {
    const auto found =
        std::find_if(statements_.begin(), statements_.end(), [&](const auto& each) { return each.first == sql; });
    if (found != statements_.end()) {
      statements_.splice(statements_.begin(), statements_, found);
      return found->second.get();
    }
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK)
      return nullptr;
    statements_.emplace_front(std::string(sql), Statement(raw));
    if (statements_.size() > kCachedStatements) statements_.pop_back();
    return raw;
  }

  sqlite3* database_;
  std::list<std::pair<std::string, Statement>> statements_;
};

base::Status make_private_file(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0)
    return base::fail(errno == EEXIST ? base::ErrorCode::already_exists : base::ErrorCode::unavailable, "store",
                      "cannot create " + path.string() + ": " + std::generic_category().message(errno));
  close(descriptor);
  return {};
}

base::Status to_disk(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  if (synced) return {};
  return base::fail(base::ErrorCode::unavailable, "store", "cannot bring " + path.string() + " to the disk",
                    base::Retry::later);
}

}  // namespace

base::Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& path, OpenMode mode,
                                                      base::Duration busy_limit) {
  sqlite3* raw = nullptr;
  const int flags = mode == OpenMode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int status = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
  auto connection = std::make_unique<SqliteConnection>(raw);
  if (status != SQLITE_OK) {
    const auto error = failed(raw, "cannot open the database " + path.string());
    return error;
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(base::to_ms(busy_limit)));
  // Of each connection; the kernel has the file in memory anyway. The usual 2 MB take a day's calls to fill, and until
  // then look like memory that is lost.
  if (auto set = connection->run_script("PRAGMA cache_size=-512;"); !set) return tl::unexpected(set.error());
  if (mode == OpenMode::read_write) {
    chmod(path.c_str(), S_IRUSR | S_IWUSR);
    if (auto set = connection->run_script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                                          // What is deleted or moved is overwritten: a caller's erasure is one.
                                          "PRAGMA secure_delete=ON;");
        !set)
      return tl::unexpected(set.error());
  }
  return std::unique_ptr<Connection>(std::move(connection));
}

base::Status copy_sqlite(Connection& from, const std::filesystem::path& to) {
  if (auto made = make_private_file(to); !made) return made;
  if (auto copied = from.write("VACUUM INTO ?", {to.string()}); !copied) {
    std::error_code ignored;
    std::filesystem::remove(to, ignored);
    return copied;
  }
  return to_disk(to);
}

base::Status check_sqlite(Connection& connection, bool thorough) {
  const auto rows = connection.run(thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
  if (!rows) return tl::unexpected(rows.error());
  const auto verdict = rows->empty() ? std::string("no answer") : rows->front().text(0);
  if (verdict == "ok") return {};
  return base::fail(base::ErrorCode::data_loss, "store", "the database is damaged (" + verdict + "): restore a backup");
}

}  // namespace frontdesk::store
