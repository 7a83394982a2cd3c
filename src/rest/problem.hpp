// What a caller of the API is told when it does not go well (RFC 9457). Every problem of the API goes out as
// application/problem+json; the transport adds the request's id to it.
#pragma once
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/error.hpp"
#include "http/message.hpp"
#include "json/problem.hpp"

namespace frontdesk::rest {

/// One thing to mend, in the body (by pointer) or in the query (by parameter).
struct FieldProblem {
  std::string pointer;    ///< JSON pointer into the body; empty: the whole, or a parameter
  std::string parameter;  ///< of the query; empty: the body
  std::string detail;
};

struct Problem {
  int status = 500;
  std::string detail;  ///< shown to the user: what is wrong and what to do
  std::string type;    ///< a word programs can tell it by: "validation"; empty: the status says all
  std::vector<FieldProblem> errors;
  boost::json::object more;  ///< further members
  http::Fields headers;

  Problem() = default;
  Problem(int with_status, std::string with_detail, std::string with_type = {})
      : status(with_status), detail(std::move(with_detail)), type(std::move(with_type)) {}
  Problem(const base::Error& error);  // NOLINT(google-explicit-constructor): so that a base::Error can be passed on
};

/// 422, with everything that is wrong with a body.
Problem invalid_body(const std::vector<json::Problem>& problems);
/// 400 for one parameter of the query.
Problem invalid_parameter(std::string_view parameter, std::string_view detail);

/// What a function that answers returns: `return tl::unexpected(error)` takes a Problem or a base::Error.
template <class T>
using Answer = tl::expected<T, Problem>;

http::Response respond(const Problem& problem);

/// The kinds of problems that have a word of their own, for the documentation.
struct ProblemType {
  std::string_view type;
  std::string_view title;
  std::string_view text;
};
std::span<const ProblemType> problem_types();

/// Where the page about the API explains a type.
std::string type_address(std::string_view type);

}  // namespace frontdesk::rest
