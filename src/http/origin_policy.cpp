#include "http/origin_policy.hpp"

#include <algorithm>

#include "http/ascii.hpp"
#include "http/cross_origin.hpp"

namespace frontdesk::http {
namespace {

bool is_port(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' && text.size() <= 6 && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

bool welcome_host(std::string_view host, const base::Endpoint& listen, const std::vector<std::string>& allowed) {
  if (same_ignoring_case(host, "localhost")) return true;
  if (const auto address = base::parse_address(host))
    if (address->is_loopback() || address->same_address(listen)) return true;
  return std::any_of(allowed.begin(), allowed.end(),
                     [host](const auto& name) { return same_ignoring_case(name, host); });
}

bool only_reads(const std::string& method) {
  return method == "GET" || method == "HEAD";
}

/// What comes after "http://" or "https://" in an Origin must be the host that was asked.
bool same_origin(std::string_view origin, std::string_view host) {
  const auto scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && same_ignoring_case(origin.substr(scheme_end + 3), host);
}

}  // namespace

std::string host_name(std::string_view host_and_port) {
  if (host_and_port.starts_with('[')) {
    const auto end = host_and_port.find(']');
    if (end == std::string_view::npos || !is_port(host_and_port.substr(end + 1))) return {};
    return std::string(host_and_port.substr(1, end - 1));
  }
  const auto colon = std::min(host_and_port.find(':'), host_and_port.size());
  if (!is_port(host_and_port.substr(colon))) return {};
  return std::string(host_and_port.substr(0, colon));
}

std::optional<std::string> refusal(const Request& request, const base::Endpoint& listen,
                                   const std::vector<std::string>& allowed_hosts,
                                   const std::vector<std::string>& allowed_origins) {
  if (const auto host = host_name(request.host); host.empty() || !welcome_host(host, listen, allowed_hosts))
    return std::string("this server does not answer to that Host name: use ") + (request.encrypted ? "https" : "http") +
           "://127.0.0.1:" + std::to_string(listen.port) +
           "/ on the machine itself, or add the name to server.host_names";
  if (allowed_origin(request, allowed_origins) != nullptr) return std::nullopt;
  const auto* site = find_field(request.headers, "Sec-Fetch-Site");
  if (site != nullptr && *site == "cross-site")
    return "requests from other web sites are refused: open the page by typing its address";
  if (only_reads(request.method)) return std::nullopt;
  // Another port of this machine counts as the same site, but not as the same origin.
  if (site != nullptr && *site != "same-origin" && *site != "none")
    return "requests from other origins may only read: send it from this server's own page";
  return foreign_origin(request);
}

std::optional<std::string> foreign_origin(const Request& request) {
  const auto* origin = find_field(request.headers, "Origin");
  if (origin == nullptr || same_origin(*origin, request.host)) return std::nullopt;
  return "requests from other origins may only read: send it from this server's own page";
}

}  // namespace frontdesk::http
