// One change of the call log as a value, and as a line of text: what waits for a database that is away can then wait in
// a file too.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "store/call_records.hpp"
#include "store/call_writer.hpp"

namespace frontdesk::records {

struct BeginCall {
  store::CallRow row;
};
struct AnswerCall {
  std::string call;
  base::UtcTime at;
};
struct BeginRecording {
  std::string call;
  std::string path;
};
struct EndCall {
  store::CallRow row;
};
using CallChange =
    std::variant<BeginCall, AnswerCall, store::TurnRow, store::MessageRow, store::ConsentRow, BeginRecording, EndCall>;

/// Harmless a second time: it then fails, and trying again cannot help, or changes nothing.
base::Status carry_out(const CallChange& change, store::CallWriter& writer);

/// JSON with the columns' names, without line breaks.
std::string to_line(const CallChange& change);
/// Also of an older version's lines: columns it did not know are empty.
base::Result<CallChange> change_of(std::string_view line);

}  // namespace frontdesk::records
