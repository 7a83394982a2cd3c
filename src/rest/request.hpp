// A request as an endpoint sees it: its parts read and checked, who asks, and the rest as it came. A function that
// takes a Request<Path<CallPath>, Query<Paging>, Body<Change>> finds them as request.path.id, request.query.limit,
// request.body.name, beside request.principal.
#pragma once
#include <optional>
#include <string>
#include <type_traits>

#include "access/access.hpp"
#include "http/message.hpp"
#include "json/codec.hpp"
#include "json/parse.hpp"
#include "rest/operation.hpp"
#include "rest/parameters.hpp"
#include "rest/problem.hpp"

namespace frontdesk::rest {

/// What stands for the {names} in the pattern; each a member of that name. What does not fit is not found (404).
template <class T>
struct Path {
  using PathType = T;
  T path;
};
/// The query; unknown, repeated and malformed parameters are refused (400). Lists may be repeated.
template <class T>
struct Query {
  using QueryType = T;
  T query;
};
/// A JSON body (400 if it is none, 415 if it is sent as something else, 422 if it does not fit).
template <class T>
struct Body {
  using BodyType = T;
  T body;
};

/// What every request has.
struct Common {
  access::Principal principal;  ///< of an endpoint for everyone: nobody, with an empty id
  const http::Request* raw = nullptr;

  const std::string& id() const { return raw->id; }
  /// Problem 412 if the client asked for another version than `current` (an entity tag). Call it inside the transaction
  /// that changes the record.
  Answer<void> expects(std::string_view current) const;
};

template <class... Parts>
struct Request : Parts..., Common {};

/// application/json, whatever its parameters.
bool sent_as_json(const http::Request& request);
/// Problem 415 unless the body is sent as one of `types`.
std::optional<Problem> sent_as_another(const http::Request& request, const std::vector<std::string>& types);
/// The JSON of a body, or why it is none.
Answer<boost::json::value> body_json(const http::Request& request, std::size_t bytes);

template <class T>
Answer<T> read_path(const http::Request& request) {
  ParameterReader<T> reader;
  for (const auto& [name, value] : request.parameters) reader.add(name, value);
  if (auto read = reader.finish()) return std::move(*read);
  return tl::unexpected(Problem(404, "there is nothing of this name"));
}

template <class T>
Answer<T> read_query(const http::Request& request) {
  ParameterReader<T> reader;
  for (const auto& [name, value] : request.query) reader.add(name, without_leading_blanks(value));
  return reader.finish();
}

template <class T>
Answer<T> read_body(const http::Request& request, std::size_t bytes) {
  const auto value = body_json(request, bytes);
  if (!value) return tl::unexpected(value.error());
  auto read = json::read<T>(*value);
  if (!read) return tl::unexpected(invalid_body(read.error()));
  return std::move(*read);
}

template <class R>
concept WithPath = requires {
  typename R::PathType;
};
template <class R>
concept WithQuery = requires {
  typename R::QueryType;
};
template <class R>
concept WithBody = requires {
  typename R::BodyType;
};

/// Empty if all went well.
template <class R>
std::optional<Problem> read_parts(const http::Request& raw, std::size_t body_bytes, R& request) {
  if constexpr (WithPath<R>) {
    auto read = read_path<typename R::PathType>(raw);
    if (!read) return read.error();
    request.path = std::move(*read);
  }
  if constexpr (WithQuery<R>) {
    auto read = read_query<typename R::QueryType>(raw);
    if (!read) return read.error();
    request.query = std::move(*read);
  } else if (!raw.query.empty()) {
    return invalid_parameter(shown_name(raw.query.front().name), "this address takes no parameters");
  }
  if constexpr (WithBody<R>) {
    auto read = read_body<typename R::BodyType>(raw, body_bytes);
    if (!read) return read.error();
    request.body = std::move(*read);
  }
  return std::nullopt;
}

}  // namespace frontdesk::rest
