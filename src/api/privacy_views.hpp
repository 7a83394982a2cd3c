// What is kept about one caller, and what erasing it did.
#pragma once
#include "api/call_views.hpp"

namespace frontdesk::api {

struct CallerNumber {
  base::Pii<std::string> number;
};
BOOST_DESCRIBE_STRUCT(CallerNumber, (), (number))
constexpr auto about(const CallerNumber*) {
  return json::about("CallerNumber", "Whose data it is about.",
                     Note{.member = "number",
                          .text = "National or with +; or whatever the call log shows as the caller.",
                          .min_length = 2,
                          .max_length = 64,
                          .example = "\"+443335550100\""});
}

struct ExportedCall {
  CallView call;
  std::string recording;
};
BOOST_DESCRIBE_STRUCT(ExportedCall, (), (call, recording))
constexpr auto about(const ExportedCall*) {
  return json::about("ExportedCall", "One call with everything that was kept of it.",
                     Note{.member = "recording", .text = "Where it can be fetched; empty: there is none."});
}

struct CallerExport {
  base::Pii<std::string> number;
  base::UtcTime made_at;
  std::vector<ExportedCall> calls;
  std::vector<MessageView> messages;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(CallerExport, (), (number, made_at, calls, messages, more))
constexpr auto about(const CallerExport*) {
  return json::about("CallerExport", "All that is kept about a caller.",
                     Note{.member = "number", .text = "As the call log has it."},
                     Note{.member = "messages", .text = "That ask to be called back at the number, whoever left them."},
                     Note{.member = "more", .text = "There are more than 1,000 calls: these are the oldest."});
}

struct CallerErased {
  std::int64_t calls = 0;
  std::int64_t recordings = 0;
  std::int64_t journals = 0;
  std::int64_t messages = 0;
  std::int64_t deliveries = 0;
  std::int64_t still_running = 0;
  bool more = false;
  std::string not_touched;
};
BOOST_DESCRIBE_STRUCT(CallerErased, (),
                      (calls, recordings, journals, messages, deliveries, still_running, more, not_touched))
constexpr auto about(const CallerErased*) {
  return json::about("CallerErased", "What was erased, and what is left.",
                     Note{.member = "journals", .text = "The records of what was decided in each call."},
                     Note{.member = "deliveries", .text = "To webhooks, sent or waiting."},
                     Note{.member = "still_running", .text = "Calls that go on: ask again when they are over."},
                     Note{.member = "more", .text = "There are more than 1,000 calls: ask again."},
                     Note{.member = "not_touched", .text = "What this program cannot reach, in words."});
}

}  // namespace frontdesk::api
