// What machines tell each other of their calls, as JSON: each change, and every few seconds all that goes on, so that
// who was cut off finds back.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "live/board/live_board.hpp"

namespace frontdesk::live {

using Change = std::variant<board::Rang, board::Answered, board::SpeakerChanged, board::Saying, board::Said,
                            board::Ended, board::Listened>;

/// A call that goes on, as far as another machine must know.
struct Running {
  board::Rang rang;
  std::optional<base::UtcTime> answered;
};

struct Told {
  std::string machine;
  std::variant<Change, std::vector<Running>> what;
};

std::string to_wire(std::string_view machine, const Change& change);
std::string to_wire(std::string_view machine, const std::vector<Running>& running);
/// nullopt: it is damaged, or of a version we do not know.
std::optional<Told> from_wire(std::string_view text);

}  // namespace frontdesk::live
