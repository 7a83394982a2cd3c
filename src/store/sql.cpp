#include "store/sql.hpp"

namespace frontdesk::store {

std::string Row::text(std::size_t column) const {
  const auto* value = std::get_if<std::string>(&values_.at(column));
  return value == nullptr ? std::string() : *value;
}

std::int64_t Row::integer(std::size_t column) const {
  return maybe_integer(column).value_or(0);
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

base::Status Connection::transaction(const std::function<base::Status()>& work) {
  if (auto begun = run("BEGIN IMMEDIATE"); !begun) return tl::unexpected(begun.error());
  if (auto done = work(); !done) {
    (void)run("ROLLBACK");
    return done;
  }
  auto committed = run("COMMIT");
  if (committed) return {};
  (void)run("ROLLBACK");
  return tl::unexpected(committed.error());
}

}  // namespace frontdesk::store
