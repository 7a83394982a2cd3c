#include "rest/openapi.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>

namespace frontdesk::rest {
namespace {

namespace bj = boost::json;

constexpr std::array kMethods{"GET", "PUT", "POST", "DELETE", "PATCH"};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

bj::object content(std::string_view type, bj::object schema) {
  bj::object media;
  if (!schema.empty()) media["schema"] = std::move(schema);
  return {{type, std::move(media)}};
}

bj::object reference(std::string_view folder, std::string_view name) {
  std::string address("#/components/");
  address.append(folder).append("/").append(name);
  return {{"$ref", address}};
}

bj::object header(std::string_view text, bj::object schema) {
  return {{"description", text}, {"schema", std::move(schema)}};
}

bj::object text_type() {
  return {{"type", "string"}};
}
bj::object count_type() {
  return {{"type", "integer"}, {"minimum", 0}};
}

/// The problem document of problem.hpp.
bj::object problem_schema() {
  bj::object field{
      {"type", "object"},
      {"properties", bj::object{{"pointer", {{"type", "string"}, {"description", "JSON pointer into the body."}}},
                                {"parameter", {{"type", "string"}, {"description", "Name of a parameter."}}},
                                {"detail", {{"type", "string"}, {"description", "What to write instead."}}}}},
      {"required", bj::array{"detail"}}};
  bj::object members{
      {"type", {{"type", "string"}, {"format", "uri-reference"}, {"description", "Which kind of problem it is."}}},
      {"title", text_type()},
      {"status", {{"type", "integer"}, {"minimum", 400}, {"maximum", 599}}},
      {"detail", {{"type", "string"}, {"description", "What is wrong and what to do, for people."}}},
      {"request_id", {{"type", "string"}, {"description", "Names the request in the server's log."}}},
      {"parameter", {{"type", "string"}, {"description", "The first parameter that is wrong."}}},
      {"errors", {{"type", "array"}, {"items", std::move(field)}}}};
  return {{"type", "object"},
          {"description", "What is wrong (RFC 9457)."},
          {"properties", std::move(members)},
          {"required", bj::array{"type", "title", "status", "detail", "request_id"}}};
}

bj::object problem_response(std::string_view when) {
  return {{"description", when}, {"content", content("application/problem+json", reference("schemas", "Problem"))}};
}

struct StandingProblem {
  int status;
  const char* name;
  const char* when;
};
/// What every endpoint may answer, by the name of its component.
constexpr std::array kStanding{
    StandingProblem{400, "BadRequest", "The request is malformed; errors say where."},
    StandingProblem{401, "Unauthorized", "Nobody was recognised: sign in, or send a token."},
    StandingProblem{403, "Forbidden", "Whoever asks may not do this."},
    StandingProblem{412, "Changed", "It was changed meanwhile: load it again."},
    StandingProblem{413, "TooLarge", "The body is too long."},
    StandingProblem{415, "WrongType", "The body is not sent as a type that is read here."},
    StandingProblem{422, "Invalid", "The body does not fit; errors say where and why."},
    StandingProblem{428, "NeedsVersion", "If-Match is missing."},
    StandingProblem{429, "TooOften", "Too many requests: wait as long as Retry-After says."},
    StandingProblem{500, "Mistake", "The server made a mistake; its log tells more under the request's id."},
    StandingProblem{503, "Busy", "The server has too much to do, or a part of it does not work: try again."}};

bool applies(const StandingProblem& problem, const Endpoint& endpoint) {
  const bool everyone = endpoint.operation.access.kind() == Access::Kind::everyone;
  switch (problem.status) {
    case 401:
      return !everyone;
    case 413:
    case 415:
    case 422:
      return endpoint.body || !endpoint.operation.takes.empty();
    case 412:
    case 428:
      return endpoint.operation.conditional;
    default:
      return true;
  }
}

bj::object responses_of(const Endpoint& endpoint) {
  const auto& operation = endpoint.operation;
  std::map<int, bj::object> all;
  for (const auto& standing : kStanding)
    if (applies(standing, endpoint)) all[standing.status] = reference("responses", standing.name);
  const auto& answer = endpoint.answer;
  bj::object success{{"description", operation.summary}};
  if (answer.json) success["content"] = content("application/json", answer.schema);
  bj::object media;
  for (const auto& type : operation.media) media[type] = bj::object();
  for (const auto& each : operation.fails)
    all[each.status] =
        each.status < 400 ? bj::object{{"description", each.when}, {"content", media}} : problem_response(each.when);
  if (!media.empty()) success["content"] = std::move(media);
  bj::object headers{{"X-Request-Id", reference("headers", "RequestId")},
                     {"RateLimit-Limit", reference("headers", "RateLimit")},
                     {"RateLimit-Remaining", reference("headers", "RateRemaining")},
                     {"RateLimit-Reset", reference("headers", "RateReset")}};
  if (answer.entity_tag) headers["ETag"] = reference("headers", "Version");
  if (answer.location) headers["Location"] = reference("headers", "Location");
  success["headers"] = std::move(headers);
  all[answer.status] = std::move(success);
  bj::object responses;
  for (auto& [status, response] : all) responses[std::to_string(status)] = std::move(response);
  return responses;
}

bj::object parameter_object(const ParameterDescription& parameter, std::string_view place) {
  bj::object object{{"name", parameter.name}, {"in", place}, {"required", parameter.required || place == "path"}};
  if (!parameter.text.empty()) object["description"] = parameter.text;
  object["schema"] = parameter.schema;
  return object;
}

bj::array parameters_of(const Endpoint& endpoint) {
  bj::array all;
  for (const auto& each : endpoint.path) all.push_back(parameter_object(each, "path"));
  for (const auto& each : endpoint.query) all.push_back(parameter_object(each, "query"));
  if (endpoint.operation.conditional) all.push_back(reference("parameters", "IfMatch"));
  if (endpoint.operation.keyed) all.push_back(reference("parameters", "IdempotencyKey"));
  return all;
}

std::string access_words(const Access& access) {
  switch (access.kind()) {
    case Access::Kind::everyone:
      return "Open to everyone.";
    case Access::Kind::signed_in:
      return "For everybody who has signed in.";
    case Access::Kind::permission:
      break;
  }
  const auto& permission = *access.permission();
  return "Needs the permission `" + std::string(permission.name) + "`, which the role " +
         std::string(access::name(permission.least)) + " has.";
}

bj::object operation_object(const Endpoint& endpoint) {
  const auto& operation = endpoint.operation;
  bj::object object{
      {"operationId", operation.id}, {"tags", bj::array{bj::value(operation.tag)}}, {"summary", operation.summary}};
  std::string words = operation.description;
  words.append(words.empty() ? "" : "\n\n").append(access_words(operation.access));
  object["description"] = words;
  if (auto parameters = parameters_of(endpoint); !parameters.empty()) object["parameters"] = std::move(parameters);
  if (endpoint.body)
    object["requestBody"] = {{"required", true}, {"content", content("application/json", *endpoint.body)}};
  if (!operation.takes.empty()) {
    bj::object types;
    for (const auto& type : operation.takes) types[type] = bj::object();
    object["requestBody"] = {{"required", true}, {"content", std::move(types)}};
  }
  object["responses"] = responses_of(endpoint);
  if (operation.access.kind() == Access::Kind::everyone) object["security"] = bj::array();
  if (const auto* permission = operation.access.permission()) {
    object["x-permission"] = permission->name;
    object["x-role"] = access::name(permission->least);
  }
  return object;
}

bj::object paths_of(const std::vector<Endpoint>& endpoints) {
  std::map<std::string, bj::object> by_path;
  for (const auto* method : kMethods)
    for (const auto& endpoint : endpoints)
      if (endpoint.method == method) by_path[endpoint.pattern][lower(endpoint.method)] = operation_object(endpoint);
  bj::object paths;
  for (auto& [path, operations] : by_path) paths[path] = std::move(operations);
  return paths;
}

template <class Predicate>
bool any(const std::vector<Endpoint>& endpoints, Predicate predicate) {
  return std::any_of(endpoints.begin(), endpoints.end(), predicate);
}

bj::object standing_responses(const std::vector<Endpoint>& endpoints) {
  bj::object all;
  for (const auto& standing : kStanding) {
    const bool used = any(endpoints, [&](const Endpoint& endpoint) {
      const auto& fails = endpoint.operation.fails;
      return applies(standing, endpoint) &&
             std::none_of(fails.begin(), fails.end(), [&](const May& may) { return may.status == standing.status; });
    });
    if (!used) continue;
    auto response = problem_response(standing.when);
    if (standing.status == 429) response["headers"] = {{"Retry-After", reference("headers", "RetryAfter")}};
    all[standing.name] = std::move(response);
  }
  return all;
}

bj::object standing_parameters(const std::vector<Endpoint>& endpoints) {
  bj::object all;
  if (any(endpoints, [](const Endpoint& each) { return each.operation.conditional; }))
    all["IfMatch"] = {{"name", "If-Match"},
                      {"in", "header"},
                      {"required", true},
                      {"description", "The ETag of the version you have seen; 412 if there is a newer one."},
                      {"schema", text_type()}};
  if (any(endpoints, [](const Endpoint& each) { return each.operation.keyed; }))
    all["IdempotencyKey"] = {
        {"name", "Idempotency-Key"},
        {"in", "header"},
        {"required", false},
        {"description",
         "Any text of your own, new for each request. Send the request again under the same key if you do not know "
         "whether it arrived: it is answered again, not carried out again. Kept for a day."},
        {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}}};
  return all;
}

bj::object standing_headers(const std::vector<Endpoint>& endpoints) {
  bj::object all{{"RequestId", header("Names the request in the server's log.", text_type())},
                 {"RateLimit", header("How many requests may come at once.", count_type())},
                 {"RateRemaining", header("How many of them are left.", count_type())},
                 {"RateReset", header("Seconds until all are.", count_type())},
                 {"RetryAfter", header("Seconds to wait.", count_type())}};
  if (any(endpoints, [](const Endpoint& each) { return each.answer.entity_tag; }))
    all["Version"] = header("The version, for If-Match and If-None-Match.", text_type());
  if (any(endpoints, [](const Endpoint& each) { return each.answer.location; }))
    all["Location"] = header("Where what was made can be found.", {{"type", "string"}, {"format", "uri-reference"}});
  return all;
}

bj::object security_schemes() {
  return {
      {"bearer",
       {{"type", "http"}, {"scheme", "bearer"}, {"description", "An API token, or the access token of a session."}}},
      {"session",
       {{"type", "apiKey"},
        {"in", "cookie"},
        {"name", "session"},
        {"description", "What a browser has after signing in. Changes also need the header X-Requested-With."}}}};
}

}  // namespace

bj::object openapi_document(const ApiOptions& options, const std::vector<Endpoint>& endpoints,
                            const json::Schemas& schemas) {
  bj::array tags;
  for (const auto& tag : options.tags)
    if (any(endpoints, [&](const Endpoint& each) { return each.operation.tag == tag.name; }))
      tags.push_back(bj::object{{"name", tag.name}, {"description", tag.text}});
  auto components = schemas.components();
  components["Problem"] = problem_schema();
  bj::object parts{{"schemas", std::move(components)},
                   {"responses", standing_responses(endpoints)},
                   {"parameters", standing_parameters(endpoints)},
                   {"headers", standing_headers(endpoints)},
                   {"securitySchemes", security_schemes()}};
  bj::array problems;
  for (const auto& each : problem_types())
    problems.push_back(bj::object{{"type", type_address(each.type)}, {"title", each.title}, {"text", each.text}});
  bj::value document(
      {{"openapi", "3.1.0"},
       {"info",
        {{"title", options.title},
         {"version", options.version},
         {"description", options.description},
         {"license", {{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}}}}},
       {"servers", bj::array{bj::object{{"url", "/"}, {"description", "This server."}}}},
       {"security", bj::array{bj::object{{"bearer", bj::array()}}, bj::object{{"session", bj::array()}}}},
       {"tags", std::move(tags)},
       {"paths", paths_of(endpoints)},
       {"components", std::move(parts)},
       {"x-problem-types", std::move(problems)}});
  schemas.resolve(document);
  return std::move(document.as_object());
}

}  // namespace frontdesk::rest
