// How long things are kept.
#pragma once
#include <string>

#include "json/codec.hpp"

namespace frontdesk::api {

using json::Note;

struct RetentionView {
  std::uint32_t transcripts_days = 0;
  std::uint32_t messages_days = 0;
  std::uint32_t calls_days = 0;
};
BOOST_DESCRIBE_STRUCT(RetentionView, (), (transcripts_days, messages_days, calls_days))
constexpr auto about(const RetentionView*) {
  return json::about(
      "Retention", "After how many days what is kept goes, at most 36500; 0: never. Recordings have their own setting.",
      Note{.member = "transcripts_days", .text = "What was said, and the journals that replay calls."},
      Note{.member = "messages_days", .text = "Messages that were taken."},
      Note{.member = "calls_days", .text = "Calls with the caller's number, and all that is left of them."});
}

}  // namespace frontdesk::api
