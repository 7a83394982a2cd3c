#include "rest/api.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/assert.hpp"
#include "rest/guard.hpp"
#include "rest/openapi.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::rest {
namespace {

/// "/api/doors/{id}" -> {"id"}
std::set<std::string> names_in(std::string_view pattern) {
  std::set<std::string> names;
  for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1))
    names.emplace(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
  return names;
}

std::set<std::string> names_of(const std::vector<ParameterDescription>& parameters) {
  std::set<std::string> names;
  for (const auto& each : parameters) names.insert(each.name);
  return names;
}

}  // namespace

Api::Api(ApiOptions options, std::shared_ptr<Authenticator> authenticator, std::shared_ptr<AnswerStore> answers)
    : options_(std::move(options)) {
  FRONTDESK_ASSERT(authenticator != nullptr);
  if (!answers) answers = std::make_shared<RememberedAnswers>();
  guard_ = std::make_shared<Guard>(options_, std::move(authenticator), std::move(answers));
}

void Api::insert(Endpoint endpoint) {
  const auto& operation = endpoint.operation;
  FRONTDESK_ASSERT(!operation.id.empty() && !operation.summary.empty());
  FRONTDESK_ASSERT(names_in(endpoint.pattern) == names_of(endpoint.path));
  FRONTDESK_ASSERT(std::any_of(options_.tags.begin(), options_.tags.end(),
                               [&](const Tag& tag) { return tag.name == operation.tag; }));
  for (const auto& other : endpoints_) {
    FRONTDESK_ASSERT(other.operation.id != operation.id);
    FRONTDESK_ASSERT(other.method != endpoint.method || other.pattern != endpoint.pattern);
  }
  endpoints_.push_back(std::move(endpoint));
}

boost::json::object Api::document() const {
  return openapi_document(options_, endpoints_, schemas_);
}

void Api::mount(http::Router& router) const {
  for (const auto& endpoint : endpoints_) {
    const auto shared = std::make_shared<const Endpoint>(endpoint);
    router.add(
        endpoint.method, endpoint.pattern,
        [guard = guard_, shared](const http::Request& request) { return guard->answer(*shared, request); },
        endpoint.operation.body_bytes);
  }
  const auto text = std::make_shared<const std::string>(boost::json::serialize(document()));
  router.add("GET", "/api/openapi.json", [text, tag = protocol::entity_tag(*text)](const http::Request&) {
    auto response = http::json(*text);
    response.headers.push_back({"ETag", tag});
    response.headers.push_back({"Cache-Control", "no-cache"});
    return response;
  });
}

}  // namespace frontdesk::rest
