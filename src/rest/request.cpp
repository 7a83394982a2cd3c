#include "rest/request.hpp"

#include "http/ascii.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::rest {

Answer<void> Common::expects(std::string_view current) const {
  const auto* field = http::find_field(raw->headers, "If-Match");
  if (field == nullptr || protocol::strongly_matches(*field, current)) return {};
  return tl::unexpected(
      Problem(412, "it was changed by somebody else meanwhile: load it again, then change it", "version"));
}

namespace {

/// Without its parameters; empty if it is not told.
std::string_view media_type(const http::Request& request) {
  const auto* field = http::find_field(request.headers, "Content-Type");
  if (field == nullptr) return {};
  const std::string_view type(*field);
  return http::trimmed(type.substr(0, type.find(';')));
}

}  // namespace

bool sent_as_json(const http::Request& request) {
  return http::same_ignoring_case(media_type(request), "application/json");
}

std::optional<Problem> sent_as_another(const http::Request& request, const std::vector<std::string>& types) {
  const auto sent = media_type(request);
  std::string all;
  for (const auto& type : types) {
    if (http::same_ignoring_case(sent, type)) return std::nullopt;
    all += (all.empty() ? "" : ", ") + type;
  }
  return Problem(415, "send the file itself as the body, with one of these as its Content-Type: " + all);
}

Answer<boost::json::value> body_json(const http::Request& request, std::size_t bytes) {
  // A form of another site cannot send this type without asking first (https://fetch.spec.whatwg.org, CORS).
  if (!sent_as_json(request)) return tl::unexpected(Problem(415, "send JSON, as Content-Type: application/json"));
  if (request.body.size() > bytes)
    return tl::unexpected(Problem(413, "the body is longer than " + std::to_string(bytes) + " bytes"));
  auto value = json::parse(request.body, {.bytes = bytes});
  if (value) return std::move(*value);
  Problem problem(400, "the body is not JSON as it should be: " + value.error().detail, "json");
  problem.errors.push_back({value.error().pointer, {}, value.error().detail});
  return tl::unexpected(std::move(problem));
}

}  // namespace frontdesk::rest
