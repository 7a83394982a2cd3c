// The text form of events and commands, one per line: the journal of a call, and the language of the
// scenario tests.
//
//     1.900  speech_started 1.772
//     2.850  final #4 0.93 0.082 "What time do you open?"
//     2.850  > chat #5 "What time do you open?"
//
// Seconds on the call's clock; # is a request id relative to the call's first; text in double quotes
// with \" \\ and \n escaped. Events can be read back, and are then what they were to the microsecond;
// commands (after >) are written only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "call/commands.hpp"
#include "call/events.hpp"

namespace frontdesk::call {

/// What the numbers in a tape are relative to.
struct TapeOrigin {
  base::Instant zero{};
  base::RequestId first_request = 0;
};

std::string to_line(base::Instant at, const Event& event, const TapeOrigin& origin = {});
std::string to_line(base::Instant at, const Command& command, const TapeOrigin& origin = {});

/// A line for what a command holds beyond its own line (the model's whole input), as a fingerprint;
/// empty for most. To the reader of events it is a comment.
std::string to_detail(const Command& command);

/// A running fingerprint of lines, FNV-1a of 64 bits.
class LineDigest {
 public:
  void add(std::string_view line);
  std::uint64_t value() const { return value_; }
  std::string text() const;  ///< 16 hexadecimal digits

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

/// What a journal's last line counts, so that a missing or changed line shows.
struct Tally {
  std::size_t events = 0;
  std::size_t commands = 0;
  LineDigest digest;  ///< of commands and their details
  std::string line() const;
};

struct TapeEvent {
  base::Instant at;
  Event event;
};

/// invalid_argument names the line's fault. Comments (#...) and commands yield no event.
base::Result<std::optional<TapeEvent>> parse_event(std::string_view line, const TapeOrigin& origin = {});

}  // namespace frontdesk::call
