#include "http/range.hpp"

#include <algorithm>
#include <charconv>

#include "http/ascii.hpp"

namespace frontdesk::http {
namespace {

/// Only digits; a number too great for 64 bits is the greatest one.
std::optional<std::uint64_t> number(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} ? value : UINT64_MAX;
}

}  // namespace

RangeChoice choose_range(std::string_view field, std::uint64_t size) {
  const auto equals = field.find('=');
  if (equals == std::string_view::npos || !same_ignoring_case(trimmed(field.substr(0, equals)), "bytes")) return {};
  const auto spec = trimmed(field.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return {};
  const auto first = number(spec.substr(0, dash));
  const auto last = number(spec.substr(dash + 1));
  if (!first && (dash != 0 || !last)) return {};
  if (!last && dash + 1 != spec.size()) return {};
  if (!first) {
    if (*last == 0 || size == 0) return {RangeKind::unsatisfiable, {}};
    const auto length = std::min(*last, size);
    return {RangeKind::partial, {size - length, length}};
  }
  if (last && *last < *first) return {};
  if (*first >= size) return {RangeKind::unsatisfiable, {}};
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return {RangeKind::partial, {*first, end - *first + 1}};
}

}  // namespace frontdesk::http
