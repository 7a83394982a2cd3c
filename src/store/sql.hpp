// The little SQL that the repositories need: values in, rows out, no database's own types. Statements
// keep to what SQLite and PostgreSQL share and use ? for parameters.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::store {

/// Bytes that are no text: sealed secrets, embeddings. Their columns are BYTEA.
using Blob = std::vector<std::uint8_t>;
/// Texts are UTF-8; what is not (storable_text.hpp) is replaced as it is stored.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

Value value_of(const std::optional<std::int64_t>& number);
Value value_of(const std::optional<base::UtcTime>& time);
Value value_of(const std::optional<std::string>& text);

/// One row of a result, read by position. A value of another type reads as its nearest or as empty.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  std::string text(std::size_t column) const;
  std::optional<std::string> maybe_text(std::size_t column) const;
  Blob bytes(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  bool null(std::size_t column) const { return std::holds_alternative<std::monostate>(values_.at(column)); }
  bool flag(std::size_t column) const { return integer(column) != 0; }
  double real(std::size_t column) const;
  base::UtcTime time(std::size_t column) const { return {integer(column)}; }
  std::optional<base::UtcTime> maybe_time(std::size_t column) const;
  std::optional<std::int64_t> maybe_integer(std::size_t column) const;
  std::size_t size() const { return values_.size(); }
  /// The first `count` of them.
  std::span<const Value> values(std::size_t count) const { return std::span(values_).first(count); }

 private:
  std::vector<Value> values_;
};
using Rows = std::vector<Row>;

inline constexpr std::size_t kMaxRows = 10'000;       ///< of one result; the rest is left unread
inline constexpr std::size_t kCachedStatements = 96;  ///< prepared, of each connection
inline constexpr int kMaxAttempts = 20;               ///< of a transaction that others got in the way of

enum class Dialect { sqlite, postgres };

/// One connection, used by one thread at a time. Errors, the same for both databases:
/// - already_exists: a unique or primary key is taken
/// - failed_precondition: what a row refers to is not there, or another constraint fails
/// - unavailable, retry `later`: locked, full, away; the connection mends itself
/// - deadline_exceeded, retry `later`: the statement took too long
/// - aborted, retry `now`: others got in the way; transaction() tries again by itself
/// - permission_denied, retry `later`: read-only, or not granted
/// - data_loss: damaged
class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  base::Result<Rows> run(std::string_view sql, std::span<const Value> parameters);
  base::Result<Rows> run(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    return run(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
  /// The same for what returns no rows.
  base::Status write(std::string_view sql, std::initializer_list<Value> parameters = {});
  base::Status write(std::string_view sql, std::span<const Value> parameters);
  /// Several statements separated by semicolons, no parameters: migrations.
  base::Status run_script(std::string_view sql);
  /// Rows changed by the last run().
  virtual std::int64_t changed() const = 0;
  /// For the few statements that must differ: locks, catalogues.
  virtual Dialect dialect() const = 0;

  /// Commits if `work` succeeds, else rolls back. Transactions appear to run one after the other. `work` is called
  /// again if others got in its way, so it must set what it captured, not add to it. After an error nothing more can
  /// be run in it. Within another transaction it joins that one, which then fails
  /// with it.
  base::Status transaction(const std::function<base::Status()>& work);

 protected:
  bool in_transaction() const { return depth_ > 0; }

 private:
  virtual base::Result<Rows> execute(std::string_view sql, std::span<const Value> parameters) = 0;
  virtual base::Status execute_script(std::string_view sql) = 0;
  virtual std::string_view begin_statement() const = 0;
  base::Status attempt(const std::function<base::Status()>& work);

  int depth_ = 0;        ///< of transaction()
  bool failed_ = false;  ///< the running transaction can only be rolled back
};

}  // namespace frontdesk::store
