#include "sip/syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace frontdesk::sip {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// Position of `wanted` outside quoted strings, or npos.
std::size_t find_unquoted(std::string_view text, char wanted, std::size_t from = 0) {
  bool inside = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (inside && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      inside = !inside;
    } else if (!inside && text[i] == wanted) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

bool parse_host_port(std::string_view text, SipUri& uri) {
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    uri.host = text.substr(1, close - 1);
    const auto rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return false;
    if (!rest.empty()) port = rest.substr(1);
  } else {
    const auto colon = text.find(':');
    uri.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  if (uri.host.empty()) return false;
  if (port.empty()) return true;
  const auto number = parse_decimal(port);
  if (!number || *number == 0 || *number > 65535) return false;
  uri.port = static_cast<std::uint16_t>(*number);
  return true;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<std::uint32_t> parse_decimal(std::string_view digits) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return value;
}

std::string escaped_user(std::string_view user) {
  constexpr std::string_view kUnreserved = "-_.!~*'()&=+$,;?/";
  std::string out;
  for (const char c : user) {
    if (alphanumeric(c) || kUnreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHexDigits[byte >> 4];
      out += kHexDigits[byte & 15];
    }
  }
  return out;
}

std::string unescaped_user(std::string_view user) {
  std::string out;
  for (std::size_t i = 0; i < user.size(); ++i) {
    const int high = user[i] == '%' && i + 2 < user.size() ? hex_value(user[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(user[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += user[i];
    }
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string header_safe(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

std::optional<std::string> parameter(std::string_view parameters, std::string_view name) {
  std::size_t at = find_unquoted(parameters, ';');
  while (at != std::string_view::npos) {
    const auto next = find_unquoted(parameters, ';', at + 1);
    const auto length = next == std::string_view::npos ? next : next - at - 1;
    const std::string_view item = parameters.substr(at + 1, length);
    const auto equals = item.find('=');
    if (equal_ignoring_case(trimmed(item.substr(0, equals)), name)) {
      return equals == std::string_view::npos ? std::string() : unquoted(trimmed(item.substr(equals + 1)));
    }
    at = next;
  }
  return std::nullopt;
}

std::optional<SipUri> parse_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  SipUri uri;
  for (const char c : text.substr(0, colon)) uri.scheme += lower(c);
  if (uri.scheme != "sip" && uri.scheme != "sips") return std::nullopt;
  if (text.find_first_of(" \t\r\n<>\"") != std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(colon + 1);
  const auto at = rest.find('@');
  if (at != std::string_view::npos) {
    const std::string_view user = rest.substr(0, at);
    uri.user = unescaped_user(user.substr(0, user.find(':')));
    rest = rest.substr(at + 1);
  }
  rest = rest.substr(0, rest.find('?'));
  const auto semicolon = rest.find(';');
  if (semicolon != std::string_view::npos) uri.parameters = rest.substr(semicolon);
  if (!parse_host_port(rest.substr(0, semicolon), uri)) return std::nullopt;
  return uri;
}

std::string uri_host(std::string_view host) {
  if (host.find(':') == std::string_view::npos) return std::string(host);
  return std::string("[").append(host).append("]");
}

std::string_view address_uri(std::string_view name_addr) {
  const auto open = find_unquoted(name_addr, '<');
  if (open == std::string_view::npos) return trimmed(name_addr.substr(0, name_addr.find(';')));
  const auto close = name_addr.find('>', open);
  if (close == std::string_view::npos) return {};
  return name_addr.substr(open + 1, close - open - 1);
}

std::optional<std::string_view> sdp_part(std::string_view content_type, std::string_view body) {
  const auto is = [&](std::string_view type) {
    const auto end = std::min(content_type.find(';'), content_type.size());
    return equal_ignoring_case(trimmed(content_type.substr(0, end)), type);
  };
  if (is("application/sdp")) return body;
  if (!is("multipart/mixed") && !is("multipart/related") && !is("multipart/alternative")) return std::nullopt;
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
  const std::string delimiter = "--" + *boundary;
  for (auto at = body.find(delimiter); at != std::string_view::npos;) {
    const auto begin = at + delimiter.size();
    const auto next = body.find(delimiter, begin);
    const auto part = body.substr(begin, next == std::string_view::npos ? next : next - begin);
    const auto head_end = part.find("\r\n\r\n");
    std::string head(part.substr(0, std::min(head_end, part.size())));
    std::transform(head.begin(), head.end(), head.begin(), lower);
    if (head_end != std::string_view::npos && head.find("application/sdp") != std::string::npos) {
      return part.substr(head_end + 4);
    }
    at = next;
  }
  return std::nullopt;
}

}  // namespace frontdesk::sip
