#include "http/cross_origin.hpp"

#include <algorithm>

namespace frontdesk::http {
namespace {

// X-Requested-With is left out on purpose: it is what requests with a cookie have to bring.
constexpr const char* kHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id";
constexpr const char* kShown =
    "ETag, Idempotency-Replayed, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
    "X-Request-Id";
constexpr const char* kRemember = "600";  // seconds; browsers keep it no longer than two hours anyway

}  // namespace

const std::string* allowed_origin(const Request& request, const std::vector<std::string>& allowed) {
  const auto* origin = find_field(request.headers, "Origin");
  if (origin == nullptr || std::find(allowed.begin(), allowed.end(), *origin) == allowed.end()) return nullptr;
  return origin;
}

std::optional<Response> preflight(const Request& request, const std::vector<std::string>& allowed,
                                  const std::string& allow) {
  if (request.method != "OPTIONS" || allow.empty() || allowed_origin(request, allowed) == nullptr ||
      find_field(request.headers, "Access-Control-Request-Method") == nullptr)
    return std::nullopt;
  Response response;
  response.status = 204;
  response.headers = {{"Access-Control-Allow-Methods", allow},
                      {"Access-Control-Allow-Headers", kHeaders},
                      {"Access-Control-Max-Age", kRemember}};
  return response;
}

void permit_origin(Response& response, const Request& request, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return;
  response.headers.push_back({"Vary", "Origin"});
  const auto* origin = allowed_origin(request, allowed);
  if (origin == nullptr) return;
  response.headers.push_back({"Access-Control-Allow-Origin", *origin});
  response.headers.push_back({"Access-Control-Expose-Headers", kShown});
}

}  // namespace frontdesk::http
