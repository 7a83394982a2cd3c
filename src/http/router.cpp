#include "http/router.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace frontdesk::http {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::vector<std::string> split(std::string_view pattern) {
  std::vector<std::string> segments;
  std::size_t start = 1;
  while (start <= pattern.size()) {
    const auto end = std::min(pattern.find('/', start), pattern.size());
    segments.emplace_back(pattern.substr(start, end - start));
    start = end + 1;
  }
  return segments;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const auto& expected, const auto& actual) {
                      return expected == actual || (is_parameter(expected) && !actual.empty());
                    });
}

/// Literal segments first, from the left.
bool more_specific(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](const auto& x, const auto& y) { return is_parameter(x) < is_parameter(y); });
}

void add_allowed(std::string& allow, const std::string& method) {
  if (!allow.empty()) allow += ", ";
  allow += method;
  if (method == "GET") allow += ", HEAD";
}

}  // namespace

void Router::add(std::string method, std::string_view pattern, Respond respond, std::size_t body_bytes) {
  FRONTDESK_ASSERT(!pattern.empty() && pattern.front() == '/');
  Route route{std::move(method), std::string(pattern), split(pattern), std::move(respond), body_bytes};
  largest_body_ = std::max(largest_body_, body_bytes);
  const auto place = std::find_if(routes_.begin(), routes_.end(), [&route](const Route& other) {
    return more_specific(route.segments, other.segments);
  });
  routes_.insert(place, std::move(route));
}

Router::Match Router::match(std::string_view method, const std::vector<std::string>& segments) const {
  if (method == "HEAD") method = "GET";
  Match match;
  for (const auto& route : routes_) {
    if (!matches(route.segments, segments)) continue;
    if (route.method != method) {
      add_allowed(match.allow, route.method);
      continue;
    }
    match.respond = &route.respond;
    match.pattern = route.pattern;
    match.body_bytes = route.body_bytes;
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (const auto& name = route.segments[i]; is_parameter(name))
        match.parameters[name.substr(1, name.size() - 2)] = segments[i];
    return match;
  }
  return match;
}

}  // namespace frontdesk::http
