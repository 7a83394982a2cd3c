// How a member of a Record (table.hpp) stands in a column.
#pragma once
#include <algorithm>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/protect.hpp"
#include "base/time.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

/// Authenticated ciphertext (src/vault): the only form in which a secret comes here.
struct Sealed {
  std::string text;
  bool empty() const { return text.empty(); }
  friend bool operator==(const Sealed&, const Sealed&) = default;
};

/// An enumeration is stored by name: names_of(E{}), found by argument-dependent lookup, has one for each value from 0.
template <class E>
concept Named = std::is_enum_v<E> && requires(E value) {
  { names_of(value) } -> std::convertible_to<std::span<const std::string_view>>;
};

template <Named E>
std::string_view name_of(E value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

/// nullopt if there is no such name.
template <Named E>
std::optional<E> named(std::string_view name) {
  const std::span<const std::string_view> names = names_of(E{});
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<E>(found - names.begin());
}

/// Lists of texts are lines; a line break within one becomes a space.
std::string lines_of(const std::vector<std::string>& texts);
std::vector<std::string> texts_of(std::string_view lines);

inline Value to_column(const std::string& text) {
  return text;
}
inline Value to_column(std::int64_t number) {
  return number;
}
inline Value to_column(bool flag) {
  return std::int64_t{flag ? 1 : 0};
}
inline Value to_column(double number) {
  return number;
}
inline Value to_column(base::UtcTime time) {
  return time.unix_ms;
}
inline Value to_column(const base::Pii<std::string>& text) {
  return text.expose();
}
inline Value to_column(const Sealed& sealed) {
  return sealed.text;
}
inline Value to_column(const Blob& bytes) {
  return bytes;
}
inline Value to_column(const std::vector<std::string>& texts) {
  return lines_of(texts);
}
template <Named E>
Value to_column(E value) {
  return std::string(name_of(value));
}
template <class T>
Value to_column(const std::optional<T>& value) {
  return value ? to_column(*value) : Value();
}

inline void from_column(const Row& row, std::size_t column, std::string& text) {
  text = row.text(column);
}
inline void from_column(const Row& row, std::size_t column, std::int64_t& number) {
  number = row.integer(column);
}
inline void from_column(const Row& row, std::size_t column, bool& flag) {
  flag = row.flag(column);
}
inline void from_column(const Row& row, std::size_t column, double& number) {
  number = row.real(column);
}
inline void from_column(const Row& row, std::size_t column, base::UtcTime& time) {
  time = row.time(column);
}
inline void from_column(const Row& row, std::size_t column, base::Pii<std::string>& text) {
  text = base::Pii<std::string>(row.text(column));
}
inline void from_column(const Row& row, std::size_t column, Sealed& sealed) {
  sealed.text = row.text(column);
}
inline void from_column(const Row& row, std::size_t column, Blob& bytes) {
  bytes = row.bytes(column);
}
inline void from_column(const Row& row, std::size_t column, std::vector<std::string>& texts) {
  texts = texts_of(row.text(column));
}
/// A name that a later version of the program knows reads as the first.
template <Named E>
void from_column(const Row& row, std::size_t column, E& value) {
  value = named<E>(row.text(column)).value_or(E{});
}
template <class T>
void from_column(const Row& row, std::size_t column, std::optional<T>& value) {
  value.reset();
  if (!row.null(column)) from_column(row, column, value.emplace());
}

std::string insert_into(std::string_view table, std::string_view columns, std::size_t count);
tl::unexpected<base::Error> no_such(std::string_view noun);            ///< not_found
tl::unexpected<base::Error> changed_meanwhile(std::string_view noun);  ///< aborted

}  // namespace frontdesk::store
