#include "cluster/redis/address.hpp"

#include <charconv>
#include <optional>

namespace frontdesk::redis {
namespace {

constexpr int kMostDatabases = 1024;

tl::unexpected<base::Error> wrong(std::string_view what) {
  return base::fail(base::ErrorCode::invalid_argument, "redis",
                    std::string(what) + ": write redis://user:password@host:6379/0 or unix:///run/redis/redis.sock");
}

std::optional<int> number(std::string_view text, int most) {
  int value = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < 0 || value > most) return std::nullopt;
  return value;
}

/// Percent-encoding, because passwords may hold '@' and '/'.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || read.ec != std::errc{} || read.ptr != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

bool read_credentials(std::string_view text, Address& address) {
  const auto colon = text.find(':');
  const auto user = decoded(text.substr(0, colon));
  const auto password = decoded(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1));
  if (!user || !password) return false;
  address.user = *user;
  address.password = base::Secret(*password);
  return true;
}

bool read_host(std::string_view text, Address& address) {
  const bool bracket = text.starts_with('[');
  const auto end = bracket ? text.find(']') : text.rfind(':');
  if (bracket && end == std::string_view::npos) return false;
  address.host = std::string(bracket ? text.substr(1, end - 1) : text.substr(0, end));
  auto rest = bracket ? text.substr(end + 1) : end == std::string_view::npos ? std::string_view() : text.substr(end);
  if (rest.empty()) return !address.host.empty();
  if (rest.front() != ':') return false;
  const auto port = number(rest.substr(1), 65535);
  if (!port || *port == 0) return false;
  address.port = static_cast<std::uint16_t>(*port);
  return !address.host.empty();
}

}  // namespace

base::Result<Address> parse_address(std::string_view url) {
  Address address;
  if (url.starts_with("rediss://"))
    return wrong(
        "encrypted connections to Redis are not supported; use a tunnel such as stunnel, or a private network");
  if (url.starts_with("unix://")) {
    url.remove_prefix(7);
    const auto query = url.find("?db=");
    const auto database = query == std::string_view::npos ? 0 : number(url.substr(query + 4), kMostDatabases);
    address.path = std::string(url.substr(0, query));
    if (!database || !address.path.starts_with('/')) return wrong("this is no path of a socket");
    address.database = *database;
    return address;
  }
  if (!url.starts_with("redis://")) return wrong("this is no address of a Redis");
  url.remove_prefix(8);
  if (const auto slash = url.find('/'); slash != std::string_view::npos) {
    const auto path = url.substr(slash + 1);
    const auto database = path.empty() ? 0 : number(path, kMostDatabases);
    if (!database) return wrong("the database is a number");
    address.database = *database;
    url = url.substr(0, slash);
  }
  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    if (!read_credentials(url.substr(0, at), address)) return wrong("user or password is badly escaped");
    url.remove_prefix(at + 1);
  }
  if (!read_host(url, address)) return wrong("host or port is wrong");
  return address;
}

}  // namespace frontdesk::redis
