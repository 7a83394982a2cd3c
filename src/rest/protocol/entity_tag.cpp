#include "rest/protocol/entity_tag.hpp"

#include "rest/protocol/digest.hpp"

namespace frontdesk::protocol {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The next element of a list of tags. Commas may stand within quotes.
std::string_view next_tag(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end)
    if (list[end] == '"') quoted = !quoted;
  const auto tag = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return tag;
}

bool matches(std::string_view field, std::string_view current, bool weakly) {
  if (current.empty()) return false;
  if (trimmed(field) == "*") return true;
  const auto comparable = [weakly](std::string_view tag) {
    return weakly && tag.starts_with("W/") ? tag.substr(2) : tag;
  };
  const auto wanted = comparable(current);
  if (wanted.starts_with("W/")) return false;
  while (!field.empty())
    if (comparable(next_tag(field)) == wanted) return true;
  return false;
}

}  // namespace

std::string entity_tag(std::string_view version) {
  return '"' + hexadecimal(digest(version)) + '"';
}

bool strongly_matches(std::string_view field, std::string_view current) {
  return matches(field, current, false);
}

bool weakly_matches(std::string_view field, std::string_view current) {
  return matches(field, current, true);
}

}  // namespace frontdesk::protocol
