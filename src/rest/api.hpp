// The REST API as a list of endpoints. One declaration makes the route, the reading and checking of everything that is
// sent, the check of who asks, and the entry in the API document (OpenAPI 3.1):
//
//   api.get("/api/doors/{id}",
//           {.id = "showDoor", .tag = "Doors", .access = Access::needs(permission::kReadDoors),
//            .summary = "One door", .fails = {{404, "no such door"}}},
//           [doors](const rest::Request<rest::Path<DoorPath>>& request) -> rest::Answer<Door> {
//             return doors->find(request.principal.organisation, request.path.id);  // a base::Result will do
//           });
//
// Functions that answer run on the server's answering threads, several at once, and may block.
#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "http/router.hpp"
#include "rest/answer_store.hpp"
#include "rest/authenticator.hpp"
#include "rest/describe.hpp"
#include "rest/protocol/token_buckets.hpp"
#include "rest/request.hpp"

namespace frontdesk::rest {

struct Tag {
  std::string name;
  std::string text;
};

struct ApiOptions {
  std::string title = "Frontdesk";
  std::string version = "0";
  std::string description;
  std::vector<Tag> tags;                                         ///< in the order of the documentation
  protocol::Rate per_address{.per_second = 100, .burst = 1000};  ///< before it is known who asks
  protocol::Rate per_caller{.per_second = 100, .burst = 1000};   ///< of a user or a token
  std::size_t clients_remembered = 10'000;                       ///< for the rates
};

class Guard;

class Api {
 public:
  /// `answers` null: kept in memory.
  Api(ApiOptions options, std::shared_ptr<Authenticator> authenticator, std::shared_ptr<AnswerStore> answers = nullptr);

  template <class F>
  void get(std::string_view pattern, Operation operation, F respond) {
    add("GET", pattern, std::move(operation), std::move(respond));
  }
  template <class F>
  void post(std::string_view pattern, Operation operation, F respond) {
    add("POST", pattern, std::move(operation), std::move(respond));
  }
  template <class F>
  void put(std::string_view pattern, Operation operation, F respond) {
    add("PUT", pattern, std::move(operation), std::move(respond));
  }
  template <class F>
  void patch(std::string_view pattern, Operation operation, F respond) {
    add("PATCH", pattern, std::move(operation), std::move(respond));
  }
  template <class F>
  void remove(std::string_view pattern, Operation operation, F respond) {
    add("DELETE", pattern, std::move(operation), std::move(respond));
  }

  /// Throws base::InvariantViolation if the id or the address is taken, the tag is unknown, or the pattern's names are
  /// not those of the path's type.
  template <class F>
  void add(std::string method, std::string_view pattern, Operation operation, F respond);

  /// The OpenAPI 3.1 document. Deterministic: paths by name, methods in a fixed order.
  boost::json::object document() const;
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

  /// Adds all endpoints, and GET /api/openapi.json. What is added to the API afterwards is not there.
  void mount(http::Router& router) const;

 private:
  template <class Result>
  struct Answered {
    using Type = Result;
  };
  template <class T>
  struct Answered<Answer<T>> {
    using Type = T;
  };
  template <class F>
  struct Signature;
  template <class F, class R, class Asked>
  struct Signature<R (F::*)(const Asked&) const> {
    using Request = Asked;
    using Result = R;
  };

  void insert(Endpoint endpoint);

  ApiOptions options_;
  std::shared_ptr<Guard> guard_;
  json::Schemas schemas_;
  std::vector<Endpoint> endpoints_;
};

template <class F>
void Api::add(std::string method, std::string_view pattern, Operation operation, F respond) {
  using Asked = typename Signature<decltype(&F::operator())>::Request;
  using Result = typename Answered<typename Signature<decltype(&F::operator())>::Result>::Type;
  Endpoint endpoint{std::move(method), std::string(pattern), std::move(operation)};
  if constexpr (WithPath<Asked>) endpoint.path = describe_parameters<typename Asked::PathType>(schemas_);
  if constexpr (WithQuery<Asked>) endpoint.query = describe_parameters<typename Asked::QueryType>(schemas_);
  if constexpr (WithBody<Asked>)
    endpoint.body = json::Codec<typename Asked::BodyType>::schema(schemas_, json::Direction::input, json::kPlain);
  endpoint.answer = Payload<Result>::describe(schemas_);
  endpoint.perform = [respond = std::move(respond), bytes = endpoint.operation.body_bytes, takes = endpoint.operation.takes](
                         const http::Request& raw, const access::Principal& principal) -> Answer<http::Response> {
    Asked request;
    request.raw = &raw;
    request.principal = principal;
    if (auto problem = read_parts(raw, bytes, request)) return tl::unexpected(std::move(*problem));
    if (!takes.empty())
      if (auto problem = sent_as_another(raw, takes)) return tl::unexpected(std::move(*problem));
    Answer<Result> answer = respond(request);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return Payload<Result>::respond(*answer);
  };
  insert(std::move(endpoint));
}

}  // namespace frontdesk::rest
