// What endpoints answer with when it goes well. A plain described type is 200 with JSON; the templates here say what is
// different. Each names its status, describes itself for the API document and turns itself into a response.
#pragma once
#include <boost/json/serialize.hpp>
#include <memory>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "json/codec.hpp"

namespace frontdesk::rest {

/// 201 and the address of what was made.
template <class T>
struct Created {
  T value;
  std::string location;    ///< "/api/voices/voice_1"
  std::string entity_tag;  ///< quoted; empty: none
};

/// 202: it was asked for and will be done.
template <class T>
struct Accepted {
  T value;
};

/// 200 with the version of what is shown, for If-Match and If-None-Match.
template <class T>
struct Tagged {
  T value;
  std::string entity_tag;  ///< quoted, as protocol::entity_tag() makes it
};

/// The answer, with cookies beside it (RFC 6265, section 4.1): each as Set-Cookie has it. Nobody on the way keeps it.
template <class T>
struct WithCookies {
  T value;
  std::vector<std::string> cookies;
};

/// 204.
struct NoContent {};

/// 200 with something that is no JSON: a file, a stream. The operation lists the types it may have.
struct Media {
  http::Response response;
};

/// What the API document says about an answer.
struct AnswerDescription {
  int status = 200;
  bool json = true;
  boost::json::object schema;
  bool location = false, entity_tag = false;
};

template <class T>
struct Payload {
  static http::Response respond(T& value) { return http::json(boost::json::serialize(json::write(value))); }
  static AnswerDescription describe(json::Schemas& schemas) {
    return {200, true, json::Codec<T>::schema(schemas, json::Direction::output, json::kPlain)};
  }
};

template <class T>
struct Payload<Created<T>> {
  static http::Response respond(Created<T>& made) {
    auto response = Payload<T>::respond(made.value);
    response.status = 201;
    response.headers.push_back({"Location", std::move(made.location)});
    if (!made.entity_tag.empty()) response.headers.push_back({"ETag", std::move(made.entity_tag)});
    return response;
  }
  static AnswerDescription describe(json::Schemas& schemas) {
    auto description = Payload<T>::describe(schemas);
    description.status = 201;
    description.location = true;
    return description;
  }
};

template <class T>
struct Payload<Accepted<T>> {
  static http::Response respond(Accepted<T>& accepted) {
    auto response = Payload<T>::respond(accepted.value);
    response.status = 202;
    return response;
  }
  static AnswerDescription describe(json::Schemas& schemas) {
    auto description = Payload<T>::describe(schemas);
    description.status = 202;
    return description;
  }
};

template <class T>
struct Payload<Tagged<T>> {
  static http::Response respond(Tagged<T>& tagged) {
    auto response = Payload<T>::respond(tagged.value);
    response.headers.push_back({"ETag", std::move(tagged.entity_tag)});
    response.headers.push_back({"Cache-Control", "private, no-cache"});
    return response;
  }
  static AnswerDescription describe(json::Schemas& schemas) {
    auto description = Payload<T>::describe(schemas);
    description.entity_tag = true;
    return description;
  }
};

template <>
struct Payload<NoContent> {
  static http::Response respond(NoContent&) {
    http::Response response;
    response.status = 204;
    return response;
  }
  static AnswerDescription describe(json::Schemas&) { return {204, false, {}}; }
};

template <class T>
struct Payload<WithCookies<T>> {
  static http::Response respond(WithCookies<T>& answer) {
    auto response = Payload<T>::respond(answer.value);
    for (auto& each : answer.cookies) response.headers.push_back({"Set-Cookie", std::move(each)});
    response.headers.push_back({"Cache-Control", "no-store"});
    return response;
  }
  static AnswerDescription describe(json::Schemas& schemas) { return Payload<T>::describe(schemas); }
};

template <>
struct Payload<Media> {
  static http::Response respond(Media& media) { return std::move(media.response); }
  static AnswerDescription describe(json::Schemas&) { return {200, false, {}}; }
};

}  // namespace frontdesk::rest
