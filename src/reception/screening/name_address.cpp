#include "reception/screening/name_address.hpp"

#include <algorithm>

namespace frontdesk::screening {
namespace {

constexpr auto kNone = std::string_view::npos;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// Position of the first `wanted` outside quotes; size of the text when a quote stays open.
std::size_t find_unquoted(std::string_view text, char wanted) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == wanted) {
      return i;
    }
  }
  return quoted ? text.size() : kNone;
}

/// What stands before the first of `marks`; `rest` keeps what follows the mark.
std::string_view take_until(std::string_view& rest, std::string_view marks) {
  const auto end = rest.find_first_of(marks);
  const auto taken = rest.substr(0, end);
  rest = end == kNone ? std::string_view() : rest.substr(end + 1);
  return taken;
}

bool read_host(std::string_view rest, NameAddress& out) {
  const auto query = rest.find('?');
  if (query != kNone) out.uri_headers = rest.substr(query + 1);
  rest = rest.substr(0, query);
  const auto semicolon = rest.find(';');
  if (semicolon != kNone) out.uri_params = rest.substr(semicolon + 1);
  rest = rest.substr(0, semicolon);
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == kNone) return false;
    out.host = rest.substr(0, close + 1);
  } else {
    out.host = rest.substr(0, rest.find(':'));
  }
  return !out.host.empty();
}

bool read_uri(std::string_view uri, NameAddress& out) {
  const auto scheme = take_until(uri, ":");
  if (same_word(scheme, "tel")) {
    out.user = take_until(uri, ";");
    out.user_params = uri;
    return !out.user.empty();
  }
  if (!same_word(scheme, "sip") && !same_word(scheme, "sips")) return false;
  const auto at = uri.find('@');
  if (at == kNone) return read_host(uri, out);
  auto user = uri.substr(0, at);
  out.user = take_until(user, ";");
  out.user_params = user;
  out.user = out.user.substr(0, out.user.find(':'));
  return read_host(uri.substr(at + 1), out);
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == kNone) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<NameAddress> parse_name_address(std::string_view text) {
  text = trim(text);
  NameAddress out;
  const auto open = find_unquoted(text, '<');
  if (open == text.size() || text.empty()) return std::nullopt;
  if (open == kNone) {
    // Without brackets, parameters belong to the header (RFC 3261, 20.10).
    const auto at = text.find('@');
    const auto end = text.find(';', at == kNone ? 0 : at);
    if (end != kNone) out.header_params = text.substr(end + 1);
    if (!read_uri(trim(text.substr(0, end)), out)) return std::nullopt;
    return out;
  }
  const auto close = text.find('>', open);
  if (close == kNone || !read_uri(trim(text.substr(open + 1, close - open - 1)), out)) return std::nullopt;
  out.display = trim(text.substr(0, open));
  const auto after = text.substr(close + 1);
  const auto params = after.find(';');
  if (params != kNone) out.header_params = after.substr(params + 1);
  return out;
}

std::vector<std::string_view> split_entries(std::string_view value, std::size_t most, bool& whole) {
  std::vector<std::string_view> out;
  bool quoted = false;
  bool bracketed = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i == value.size() || (value[i] == ',' && !quoted && !bracketed)) {
      if (quoted || bracketed) break;
      const auto entry = trim(value.substr(begin, i - begin));
      if (!entry.empty() && out.size() == most) {
        whole = false;
        return out;
      }
      if (!entry.empty()) out.push_back(entry);
      begin = i + 1;
    } else if (quoted && value[i] == '\\') {
      ++i;
    } else if (value[i] == '"' && !bracketed) {
      quoted = !quoted;
    } else if (!quoted && (value[i] == '<' || value[i] == '>')) {
      bracketed = value[i] == '<';
    }
  }
  if (quoted || bracketed) whole = false;
  return out;
}

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    const auto end = find_unquoted(parameters, ';');
    auto value = parameters.substr(0, end);
    parameters = end >= parameters.size() ? std::string_view() : parameters.substr(end + 1);
    const bool has_value = value.find('=') != kNone;
    const auto key = trim(take_until(value, "="));
    if (!same_word(key, name)) continue;
    value = has_value ? trim(value) : std::string_view();
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == 127) return std::nullopt;
    out += c;
  }
  return out;
}

}  // namespace frontdesk::screening
