#include "rest/problem.hpp"

#include <array>
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

std::span<const ProblemType> problem_types() {
  static constexpr std::array kTypes{
      ProblemType{"json", "Not JSON",
                  "The body is no JSON, or JSON that is ambiguous: a member twice, bytes that are not UTF-8, lists and "
                  "objects too deep in each other. `errors` says where."},
      ProblemType{"validation", "Does not fit",
                  "The body is JSON but not what is wanted. `errors` lists everything that is wrong, each with a JSON "
                  "pointer and what to write instead."},
      ProblemType{"parameter", "Wrong parameter",
                  "A parameter is unknown, missing, repeated or malformed. `errors` lists all of them, `parameter` "
                  "names the first."},
      ProblemType{"permission", "Not allowed",
                  "Whoever asks is known but may not do this. The detail names the permission that is missing."},
      ProblemType{"recent_sign_in", "Sign in again",
                  "Keys, tokens and networks are changed only shortly after signing in, so that a screen that was left "
                  "open is not enough. Sign in again and repeat the request."},
      ProblemType{"forgery", "Might come from another site",
                  "A change that is made with a session cookie needs the header `X-Requested-With`, with any value: "
                  "pages of other sites cannot send it."},
      ProblemType{"rate", "Too often",
                  "Too many requests came at once. `Retry-After` says how many seconds to wait; the `RateLimit` "
                  "headers of every answer say how many are left."},
      ProblemType{"version", "Changed meanwhile",
                  "A change names, in `If-Match`, the `ETag` of the version it is about, so that nobody's change is "
                  "lost. 428: it does not; 412: there is a newer version, which has to be loaded first."},
      ProblemType{"repetition", "Idempotency-Key",
                  "409: the same request is being carried out. 422: the key was used for another request. 400: the key "
                  "is malformed."}};
  return kTypes;
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
