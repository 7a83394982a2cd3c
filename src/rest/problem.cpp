#include "rest/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace frontdesk::rest {
namespace {

namespace bj = boost::json;

bj::object error_object(const FieldProblem& error) {
  bj::object object;
  if (error.parameter.empty())
    object["pointer"] = error.pointer;
  else
    object["parameter"] = error.parameter;
  object["detail"] = error.detail;
  return object;
}

}  // namespace

Problem::Problem(const base::Error& error) : status(http::status_of(error.code)), detail(error.message) {
  if (error.retry != base::Retry::never) headers.push_back({"Retry-After", "1"});
}

Problem invalid_body(const std::vector<json::Problem>& problems) {
  Problem problem(422, "the body cannot be used like this: see errors", "validation");
  for (const auto& each : problems) problem.errors.push_back({each.pointer, {}, each.detail});
  return problem;
}

Problem invalid_parameter(std::string_view parameter, std::string_view detail) {
  Problem problem(400, std::string(parameter) + ": " + std::string(detail), "parameter");
  problem.errors.push_back({{}, std::string(parameter), std::string(detail)});
  return problem;
}

std::string type_address(std::string_view type) {
  return type.empty() ? "about:blank" : "/api/docs#problem-" + std::string(type);
}

http::Response respond(const Problem& problem) {
  bj::object document;
  document["type"] = type_address(problem.type);
  document["title"] = http::reason_phrase(problem.status);
  document["status"] = problem.status;
  document["detail"] = problem.detail;
  if (!problem.errors.empty()) {
    if (!problem.errors.front().parameter.empty()) document["parameter"] = problem.errors.front().parameter;
    bj::array errors;
    for (const auto& error : problem.errors) errors.push_back(error_object(error));
    document["errors"] = std::move(errors);
  }
  for (const auto& member : problem.more) document[member.key()] = member.value();
  auto response = http::text(bj::serialize(document), "application/problem+json");
  response.status = problem.status;
  response.headers.insert(response.headers.end(), problem.headers.begin(), problem.headers.end());
  return response;
}

}  // namespace frontdesk::rest
