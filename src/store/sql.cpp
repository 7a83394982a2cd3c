#include "store/sql.hpp"

#include <chrono>
#include <thread>

#include "base/entropy.hpp"

namespace frontdesk::store {
namespace {

constexpr auto kLongestPause = std::chrono::milliseconds(10);  // between attempts of a transaction

}  // namespace

Value value_of(const std::optional<std::int64_t>& number) {
  return number ? Value(*number) : Value();
}
Value value_of(const std::optional<base::UtcTime>& time) {
  return time ? Value(time->unix_ms) : Value();
}
Value value_of(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value();
}

std::string Row::text(std::size_t column) const {
  return maybe_text(column).value_or(std::string());
}

std::optional<std::string> Row::maybe_text(std::size_t column) const {
  const auto* value = std::get_if<std::string>(&values_.at(column));
  return value == nullptr ? std::nullopt : std::optional(*value);
}

Blob Row::bytes(std::size_t column) const {
  const auto* value = std::get_if<Blob>(&values_.at(column));
  return value == nullptr ? Blob() : *value;
}

std::int64_t Row::integer(std::size_t column) const {
  return maybe_integer(column).value_or(0);
}

std::optional<base::UtcTime> Row::maybe_time(std::size_t column) const {
  const auto unix_ms = maybe_integer(column);
  return unix_ms ? std::optional(base::UtcTime{*unix_ms}) : std::nullopt;
}

std::optional<std::int64_t> Row::maybe_integer(std::size_t column) const {
  if (const auto* value = std::get_if<std::int64_t>(&values_.at(column))) return *value;
  if (const auto* value = std::get_if<double>(&values_.at(column))) return static_cast<std::int64_t>(*value);
  return std::nullopt;
}

double Row::real(std::size_t column) const {
  if (const auto* value = std::get_if<double>(&values_.at(column))) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&values_.at(column))) return static_cast<double>(*value);
  return 0;
}

namespace {

tl::unexpected<base::Error> in_failed_transaction() {
  return base::fail(base::ErrorCode::failed_precondition, "store",
                    "a statement of this transaction has failed: return its error");
}

}  // namespace

base::Result<Rows> Connection::run(std::string_view sql, std::span<const Value> parameters) {
  if (depth_ > 0 && failed_) return in_failed_transaction();
  auto rows = execute(sql, parameters);
  if (!rows) failed_ = true;
  return rows;
}

base::Status Connection::write(std::string_view sql, std::span<const Value> parameters) {
  const auto rows = run(sql, parameters);
  if (!rows) return tl::unexpected(rows.error());
  return {};
}

base::Status Connection::write(std::string_view sql, std::initializer_list<Value> parameters) {
  return write(sql, std::span<const Value>(parameters.begin(), parameters.size()));
}

base::Status Connection::run_script(std::string_view sql) {
  if (depth_ > 0 && failed_) return in_failed_transaction();
  auto done = execute_script(sql);
  if (!done) failed_ = true;
  return done;
}

base::Status Connection::attempt(const std::function<base::Status()>& work) {
  if (auto begun = execute(begin_statement(), {}); !begun) return tl::unexpected(begun.error());
  ++depth_;
  failed_ = false;
  auto done = work();
  --depth_;
  if (done && failed_) done = in_failed_transaction();
  if (done) {
    const auto committed = execute("COMMIT", {});
    if (committed) return {};
    done = tl::unexpected(committed.error());
  }
  (void)execute("ROLLBACK", {});
  return done;
}

base::Status Connection::transaction(const std::function<base::Status()>& work) {
  if (depth_ > 0) {
    auto done = work();
    if (!done) failed_ = true;  // half of it must not be committed with the rest
    return done;
  }
  for (int attempts = 1;; ++attempts) {
    auto done = attempt(work);
    if (done || done.error().retry != base::Retry::now || attempts == kMaxAttempts) return done;
    // Those that collided must not collide again: each waits for a time of its own.
    std::this_thread::sleep_for(kLongestPause * static_cast<double>(base::random_u64() % 1000) / 1000.0);
  }
}

}  // namespace frontdesk::store
