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

namespace frontdesk::store {

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

/// One row of a result, read by position. A value of another type reads as its nearest or as empty.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  std::string text(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  double real(std::size_t column) const;
  std::optional<std::int64_t> maybe_integer(std::size_t column) const;
  std::size_t size() const { return values_.size(); }

 private:
  std::vector<Value> values_;
};
using Rows = std::vector<Row>;

inline constexpr std::size_t kMaxRows = 10'000;  ///< of one result; the rest is left unread

/// One connection, used by one thread at a time.
class Connection {
 public:
  virtual ~Connection() = default;
  /// unavailable with retry `later` when the database is locked or the disk is full; data_loss when it is damaged.
  virtual base::Result<Rows> run(std::string_view sql, std::span<const Value> parameters) = 0;
  /// Several statements separated by semicolons, no parameters: migrations.
  virtual base::Status run_script(std::string_view sql) = 0;
  /// Rows changed by the last run().
  virtual std::int64_t changed() const = 0;

  base::Result<Rows> run(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    return run(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
  /// Commits if `work` succeeds, else rolls back.
  base::Status transaction(const std::function<base::Status()>& work);
};

}  // namespace frontdesk::store
