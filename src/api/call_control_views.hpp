// What somebody who steps into a call sends, and is told.
#pragma once
#include "api/call_views.hpp"

namespace frontdesk::api {

enum class CallOrderKind { hangup, say, whisper, takeover, giveback, hold, unhold, transfer };
BOOST_DESCRIBE_ENUM(CallOrderKind, hangup, say, whisper, takeover, giveback, hold, unhold, transfer)

struct CallOrder {
  std::string call;
  CallOrderKind order = CallOrderKind::hangup;
};
BOOST_DESCRIBE_STRUCT(CallOrder, (), (call, order))
constexpr auto about(const CallOrder*) {
  return json::about("CallOrder", "What the call was told.");
}

struct WordsToSay {
  base::Pii<std::string> text;
};
BOOST_DESCRIBE_STRUCT(WordsToSay, (), (text))
constexpr auto about(const WordsToSay*) {
  return json::about("WordsToSay", "Words for the receptionist.",
                     Note{.member = "text",
                          .text = "Said as it stands, or minded by the model.",
                          .min_length = 1,
                          .max_length = 500,
                          .example = "\"Priya will call you back at four.\""});
}

enum class PutThroughHow { warm, cold };
BOOST_DESCRIBE_ENUM(PutThroughHow, warm, cold)

struct PutThroughOrder {
  std::string to;
  std::optional<PutThroughHow> how;
};
BOOST_DESCRIBE_STRUCT(PutThroughOrder, (), (to, how))
constexpr auto about(const PutThroughOrder*) {
  return json::about("PutThroughOrder", "Whom to put the caller through to.",
                     Note{.member = "to",
                          .text = "A person or department that takes calls, by name.",
                          .min_length = 1,
                          .max_length = 100,
                          .example = "\"Accounts\""},
                     Note{.member = "how",
                          .text = "`warm`: the person is told first and accepts; `cold`: the caller's side is asked to "
                                  "call them, and the receptionist is out of it. Left out: as the settings say."});
}

}  // namespace frontdesk::api
