// The parameters of the call log's endpoints.
#pragma once
#include <optional>
#include <string>

#include "api/call_views.hpp"
#include "json/iso_time.hpp"
#include "rest/paging.hpp"

namespace frontdesk::api {

/// A time with its zone, or a date, which is its midnight in UTC.
struct When {
  base::UtcTime time;
};

}  // namespace frontdesk::api

template <>
struct frontdesk::json::Codec<frontdesk::api::When> {
  static bool read(const bj::value& value, api::When& when, const Reading& reading) {
    const auto* text = value.if_string();
    const auto time = text == nullptr ? std::nullopt : parse_iso_time({text->data(), text->size()});
    if (!time) return reading.refuse("write a date, 2026-11-22, or a time with its zone, 2026-11-22T14:30:00Z");
    when.time = *time;
    return true;
  }
  static bj::value write(const api::When& when) { return bj::value(iso_time(when.time)); }
  static bj::object schema(Schemas&, Direction, const Note&) {
    return {{"type", "string"},
            {"anyOf", bj::array{bj::object{{"format", "date-time"}}, bj::object{{"format", "date"}}}}};
  }
};

namespace frontdesk::api {

struct CallPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(CallPath, (), (id))
constexpr auto about(const CallPath*) {
  return json::about("CallPath", "",
                     Note{.member = "id", .text = "Of the call; \"last\" is the newest.", .max_length = 100});
}

struct CallsQuery {
  std::optional<When> from;
  std::optional<When> to;
  std::optional<std::string> caller;
  std::optional<CallState> status;
  std::optional<double> min_duration;
  std::optional<double> max_duration;
  std::optional<double> min_confidence;
  std::optional<double> max_confidence;
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(CallsQuery, (),
                      (from, to, caller, status, min_duration, max_duration, min_confidence, max_confidence, limit,
                       cursor))
constexpr auto about(const CallsQuery*) {
  constexpr double kWeek = 7 * 24 * 3600;
  return json::about(
      "CallsQuery", "", Note{.member = "from", .text = "Calls that came in at this time or later."},
      Note{.member = "to", .text = "Calls that came in before this time."},
      Note{.member = "caller", .text = "Part of the caller's number or name.", .min_length = 1, .max_length = 100},
      Note{.member = "min_duration", .text = "Seconds.", .min = 0, .max = kWeek},
      Note{.member = "max_duration", .text = "Seconds.", .min = 0, .max = kWeek},
      Note{.member = "min_confidence", .min = 0, .max = 1}, Note{.member = "max_confidence", .min = 0, .max = 1},
      rest::kLimitNote, rest::kCursorNote);
}

enum class MessageState { new_, read, done };
BOOST_DESCRIBE_ENUM(MessageState, new_, read, done)

struct MessagesQuery {
  std::optional<std::string> call;
  std::optional<MessageState> status;
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(MessagesQuery, (), (call, status, limit, cursor))
constexpr auto about(const MessagesQuery*) {
  return json::about("MessagesQuery", "",
                     Note{.member = "call", .text = "Of this call only.", .min_length = 1, .max_length = 100},
                     rest::kLimitNote, rest::kCursorNote);
}

struct MessagePath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(MessagePath, (), (id))
constexpr auto about(const MessagePath*) {
  return json::about("MessagePath", "", Note{.member = "id", .text = "Of the message.", .max_length = 100});
}

struct MessageChange {
  MessageState status = MessageState::read;
};
BOOST_DESCRIBE_STRUCT(MessageChange, (), (status))
constexpr auto about(const MessageChange*) {
  return json::about("MessageChange", "How far one is with a message.");
}

}  // namespace frontdesk::api
