// A call's journal (data/journals/YYYY-MM/call_....tape) taken apart: the recipe of its machine, what the
// machine saw, and what it wanted. Lines that begin with #! are the journal's own:
//
//     #! recipe {...}                                       the first line, see recipe.hpp
//     #! clock zero_us=71203000 first_request=16777216      what the tape's numbers are relative to
//     #! recording recordings/2026-11/call_....wav caller=left
//     #! audio_start 0.482000                               the recording's first sample, on the call's clock
//     #! end events=212 commands=318 digest=9c1f...         the last line of a call that was not cut off
//
// A call that was killed has no end; its journal holds what had reached the disk.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "call/tape.hpp"
#include "replay/recipe.hpp"

namespace frontdesk::replay {

struct JournalStep {
  std::size_t line = 0;  ///< of the event, from 1
  std::string text;      ///< its line
  call::TapeEvent event;
  std::vector<std::string> commands;  ///< lines, with the details of commands
};

struct JournalEnd {
  std::size_t events = 0;
  std::size_t commands = 0;
  std::string digest;
};

struct Journal {
  std::optional<Recipe> recipe;  ///< none: from before journals had one, or a scenario tape
  Notes notes;                   ///< how this program's settings differ from the journal's
  call::TapeOrigin origin;
  std::string recording;                      ///< path below the data folder; empty: none
  std::optional<base::Duration> audio_start;  ///< of the recording, on the call's clock
  std::vector<JournalStep> steps;
  std::optional<JournalEnd> end;  ///< none: the journal is cut off
  std::string failed;             ///< why the host gave the call up, if it did
};

/// invalid_argument names the line that is no tape. A last line that was torn by a crash is left out.
base::Result<Journal> read_journal(std::string_view text);

}  // namespace frontdesk::replay
