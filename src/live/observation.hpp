// What the threads of calls tell the live feed, as values in its mailbox.
#pragma once
#include <cstdint>
#include <string>
#include <variant>

#include "base/protect.hpp"
#include "base/time.hpp"
#include "live/board/live_board.hpp"
#include "runtime/call_records.hpp"

namespace frontdesk::live {

struct CallRang {
  runtime::CallNumber number = 0;
  board::Rang rang;
};
struct CallAnswered {
  runtime::CallNumber number = 0;
  base::UtcTime at;
};
struct LineSaid {
  runtime::CallNumber number = 0;
  board::Line line;
};
struct CallOver {
  runtime::CallNumber number = 0;
  board::Ended ended;
};
/// A moment of a call, without its words.
enum class Sign { caller_speaks, caller_pauses, piece_starts, piece_ends };
struct SignSeen {
  runtime::CallNumber number = 0;
  Sign sign = Sign::caller_speaks;
  std::uint64_t piece = 0;
  base::UtcTime at;
};
struct WordsHeard {
  runtime::CallNumber number = 0;
  base::Pii<std::string> text;
  base::UtcTime at;
};
/// The words of a piece of ours, which is perhaps said later.
struct PiecePrepared {
  runtime::CallNumber number = 0;
  std::uint64_t piece = 0;
  base::Pii<std::string> text;
};

/// By the call's id: who listens knows no number.
struct ListenersSeen {
  board::Listened listened;
};

using Observation =
    std::variant<CallRang, CallAnswered, LineSaid, CallOver, SignSeen, WordsHeard, PiecePrepared, ListenersSeen>;

}  // namespace frontdesk::live
