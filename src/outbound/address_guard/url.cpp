#include "outbound/address_guard/url.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/endpoint.hpp"

namespace frontdesk::address_guard {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;

tl::unexpected<base::Error> refused(std::string message) {
  return base::fail(base::ErrorCode::invalid_argument, "url", std::move(message));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// Whether some reader takes a name that ends so for an address: "2130706433", "0x7f.1", "127.1".
bool ends_in_number(std::string_view name) {
  const auto dot = name.rfind('.');
  const auto last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  if (std::all_of(last.begin(), last.end(), is_digit)) return true;
  return last.starts_with("0x") && std::all_of(last.begin() + 2, last.end(), is_hex);
}

std::string problem_of_name(std::string_view name) {
  if (name.size() > kLongestName) return "the host's name is too long";
  if (name.ends_with('.')) return "the host ends in a dot: leave it out";
  for (std::size_t at = 0; at <= name.size();) {
    const auto dot = std::min(name.find('.', at), name.size());
    const auto label = name.substr(at, dot - at);
    if (label.empty() || label.size() > kLongestLabel) return "the host is no name: write one such as example.com";
    const bool plain = std::all_of(label.begin(), label.end(),
                                   [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; });
    if (!plain) return "the host has characters that names do not have: write letters, digits, dots and hyphens";
    at = dot + 1;
  }
  return "";
}

base::Result<Url> read_host(std::string_view text, Url url) {
  if (text.empty()) return refused("the address names no host");
  const bool bracketed = text.starts_with('[');
  if (bracketed) {
    const bool closed = text.size() > 2 && text.ends_with(']');
    const auto address = closed ? base::parse_address(text.substr(1, text.size() - 2)) : std::nullopt;
    if (!address || !address->v6 || text.find('%') != std::string_view::npos)
      return refused("what stands in brackets is no IPv6 address");
    url.host = base::address_text(*address);
    url.numeric = true;
    return url;
  }
  url.host = in_lower_case(text);
  if (const auto problem = problem_of_name(url.host); !problem.empty()) return refused(problem);
  const auto address = base::parse_address(url.host);
  url.numeric = address && !address->v6;
  if (!url.numeric && ends_in_number(url.host))
    return refused("the host looks like a number: write an address as four numbers, such as 192.0.2.1");
  return url;
}

base::Result<Url> read_authority(std::string_view text, Url url) {
  if (text.find('@') != std::string_view::npos)
    return refused("a user or password must not stand before the host: give credentials by themselves");
  if (text.find('%') != std::string_view::npos) return refused("the host must not have escapes or zones");
  auto host = text;
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    const bool plain = !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit);
    if (!plain || read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || url.port == 0)
      return refused("the port must be a number from 1 to 65535");
  }
  return read_host(host, std::move(url));
}

/// Path and query, with what may not stand there encoded.
std::string encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kNever = "\"<>`{}|^";
  std::string out;
  for (const char c : text.substr(0, text.find('#'))) {
    if (kNever.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[static_cast<std::uint8_t>(c) >> 4U], kHex[static_cast<std::uint8_t>(c) & 15U]};
    }
  }
  return out.starts_with('/') ? out : "/" + out;
}

base::Status check_characters(std::string_view text) {
  if (text.empty()) return refused("the address is empty");
  if (text.size() > kLongestUrl) return refused("the address is longer than 8192 characters");
  for (const char c : text) {
    if (c <= ' ' || c == 0x7f) return refused("the address must have no blanks, line breaks or control characters");
    if (static_cast<std::uint8_t>(c) > 0x7f)
      return refused("the address must be plain ASCII: write names as xn--..., and anything else percent-encoded");
    if (c == '\\') return refused("the address must have no backslash: write /");
  }
  return {};
}

/// "/a/./b/../c" is "/a/c" (RFC 3986, section 5.2.4).
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool folder = true;
  for (std::size_t at = 1; at <= path.size();) {
    const auto slash = std::min(path.find('/', at), path.size());
    const auto segment = path.substr(at, slash - at);
    folder = segment == "." || segment == ".." || segment.empty();
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (segment != "." && segment != ".." && (!segment.empty() || slash < path.size())) kept.push_back(segment);
    at = slash + 1;
  }
  std::string out;
  for (const auto segment : kept) out.append("/").append(segment);
  return folder || out.empty() ? out + "/" : out;
}

}  // namespace

std::string Url::authority() const {
  const std::string bare = numeric && host.find(':') != std::string::npos ? "[" + host + "]" : host;
  return port == (tls ? 443 : 80) ? bare : bare + ":" + std::to_string(port);
}

std::string Url::origin() const {
  return (tls ? "https://" : "http://") + authority();
}

base::Result<Url> parse_url(std::string_view text) {
  if (auto good = check_characters(text); !good) return tl::unexpected(good.error());
  const auto mark = text.find("://");
  const auto scheme = in_lower_case(text.substr(0, mark == std::string_view::npos ? 0 : mark));
  if (scheme != "http" && scheme != "https") return refused("the address must begin with https:// or http://");
  Url url;
  url.tls = scheme == "https";
  url.port = url.tls ? 443 : 80;
  const auto rest = text.substr(mark + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  url.target = encoded(rest.substr(end));
  return read_authority(rest.substr(0, end), std::move(url));
}

base::Result<Url> resolve(const Url& from, std::string_view reference) {
  if (auto good = check_characters(reference); !good) return tl::unexpected(good.error());
  const auto special = reference.find_first_of(":/?#");
  if (special != std::string_view::npos && reference[special] == ':') return parse_url(reference);
  if (reference.starts_with("//")) return parse_url((from.tls ? "https:" : "http:") + std::string(reference));
  Url url = from;
  reference = reference.substr(0, reference.find('#'));
  const auto query = std::min(reference.find('?'), reference.size());
  std::string path(reference.substr(0, query));
  const std::string_view old_path = std::string_view(from.target).substr(0, from.target.find('?'));
  if (path.empty()) {
    path = old_path;
  } else if (path.front() != '/') {
    path.insert(0, old_path.substr(0, old_path.rfind('/') + 1));
  }
  if (reference.empty()) return url;
  url.target = encoded(without_dots(path) + std::string(reference.substr(query)));
  return url;
}

}  // namespace frontdesk::address_guard
