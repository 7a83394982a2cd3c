// The calls that go on, as the API shows them: with the names of the live events.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "live/board/live_board.hpp"

namespace frontdesk::api {

enum class LiveStatus { ringing, active };
BOOST_DESCRIBE_ENUM(LiveStatus, ringing, active)
enum class LiveSpeaking { nobody, caller, receptionist };
BOOST_DESCRIBE_ENUM(LiveSpeaking, nobody, caller, receptionist)
enum class LiveSpeaker { caller, receptionist };
BOOST_DESCRIBE_ENUM(LiveSpeaker, caller, receptionist)

struct LiveLine {
  LiveSpeaker speaker = LiveSpeaker::caller;
  base::Pii<std::string> text;
  bool interrupted = false;
  base::UtcTime at;
};
BOOST_DESCRIBE_STRUCT(LiveLine, (), (speaker, text, interrupted, at))
constexpr auto about(const LiveLine*) {
  return json::about("LiveLine", "What somebody said in a call that goes on.",
                     json::Note{.member = "text", .max_length = board::kLongestText},
                     json::Note{.member = "interrupted", .text = "Only a part of it was heard."});
}

struct LiveCall {
  std::string call_id;
  LiveStatus status = LiveStatus::ringing;
  LiveSpeaking speaking = LiveSpeaking::nobody;
  std::optional<base::Pii<std::string>> caller;
  std::optional<base::Pii<std::string>> caller_name;
  std::string line;
  std::string called;
  base::UtcTime started_at;
  std::optional<base::UtcTime> answered_at;
  std::vector<std::string> listeners;
  std::vector<LiveLine> transcript;
};
BOOST_DESCRIBE_STRUCT(LiveCall, (),
                      (call_id, status, speaking, caller, caller_name, line, called, started_at, answered_at, listeners,
                       transcript))
constexpr auto about(const LiveCall*) {
  return json::about("LiveCall", "A call that goes on.",
                     json::Note{.member = "caller", .text = "The number; null: withheld."},
                     json::Note{.member = "line", .text = "By which it came; empty: by none."},
                     json::Note{.member = "listeners", .text = "Users and tokens that listen to it now."},
                     json::Note{.member = "transcript", .text = "The last lines.", .max_items = board::kLinesKept});
}

struct LiveCalls {
  std::vector<LiveCall> calls;
};
BOOST_DESCRIBE_STRUCT(LiveCalls, (), (calls))
constexpr auto about(const LiveCalls*) {
  return json::about("LiveCalls", "The calls that go on, the oldest first.",
                     json::Note{.member = "calls", .text = "On all machines.", .max_items = board::kMaxCalls});
}

struct LiveTicket {
  std::string ticket;
  std::int64_t expires_in_seconds = 0;
};
BOOST_DESCRIBE_STRUCT(LiveTicket, (), (ticket, expires_in_seconds))
constexpr auto about(const LiveTicket*) {
  return json::about("LiveTicket", "Opens one WebSocket, once.",
                     json::Note{.member = "ticket", .text = "For the address: /ws?ticket=..."});
}

LiveCall view_of(const board::Shown& call);

}  // namespace frontdesk::api
