// What an endpoint looks like from outside, gathered from its types when it is registered.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "json/codec.hpp"
#include "rest/operation.hpp"
#include "rest/payload.hpp"
#include "rest/problem.hpp"

namespace frontdesk::rest {

struct ParameterDescription {
  std::string name;
  std::string text;
  bool required = false;
  boost::json::object schema;
};

/// Reads the parts of a request and answers it; who may ask was settled before.
using Perform = std::function<Answer<http::Response>(const http::Request&, const access::Principal&)>;

struct Endpoint {
  std::string method;
  std::string pattern;
  Operation operation;
  std::vector<ParameterDescription> path, query;
  std::optional<boost::json::object> body;  ///< schema
  AnswerDescription answer;
  Perform perform;
};

template <json::Described T>
std::vector<ParameterDescription> describe_parameters(json::Schemas& schemas) {
  std::vector<ParameterDescription> all;
  const T usual{};
  boost::mp11::mp_for_each<json::Members<T>>([&](auto member) {
    using Member = decltype(member);
    using Type = typename json::Codec<T>::template Type<Member>;
    auto note = json::Codec<T>::template kNote<Member>;
    ParameterDescription each;
    each.name = note.name;
    each.text = note.text;
    each.required = json::Codec<T>::template kRequired<Member>;
    // A parameter is there or it is not: it is never null.
    if constexpr (json::detail::is_optional<Type>)
      each.schema = json::Codec<typename Type::value_type>::schema(schemas, json::Direction::input, note);
    else
      each.schema = json::Codec<Type>::schema(schemas, json::Direction::input, note);
    note.text = {};
    json::detail::annotate(each.schema, note);
    if (note.optional) each.schema["default"] = json::Codec<Type>::write(usual.*Member::pointer);
    all.push_back(std::move(each));
  });
  return all;
}

}  // namespace frontdesk::rest
