#include "rest/parameters.hpp"

#include "json/parse.hpp"
#include "json/utf8.hpp"

namespace frontdesk::rest {

std::string shown_name(std::string_view name) {
  constexpr std::size_t kLongest = 60;
  return json::valid_utf8(name.substr(0, kLongest));
}

std::string without_leading_blanks(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? std::string() : text.substr(first);
}

namespace detail {

boost::json::value value_of(const std::string& text, bool literal) {
  if (literal)
    if (auto value = json::parse(text, {.bytes = 64, .depth = 1}); value && (value->is_number() || value->is_bool()))
      return *value;
  return boost::json::value(text);
}

}  // namespace detail
}  // namespace frontdesk::rest
