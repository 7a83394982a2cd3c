// Replays a journal: makes its machine again, shows it the same events at the same times, and compares
// every command it wants with what it wanted then. On the same build they are equal to the byte.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/journal.hpp"

namespace frontdesk::replay {

/// The first place where the machine did something else.
struct Divergence {
  std::size_t line = 0;             ///< of the journal, from 1
  std::vector<std::string> before;  ///< the lines that led there, the event last
  std::string expected;             ///< as recorded; empty: nothing more
  std::string got;                  ///< as wanted now; empty: nothing more
};

struct Replayed {
  std::size_t events = 0;
  std::size_t commands = 0;
  std::string digest;  ///< of the commands wanted now
  std::optional<Divergence> divergence;
  std::string doubt;  ///< the journal disagrees with its own last line: it was edited or is damaged
  std::string tape;   ///< as it would be written now
};

/// failed_precondition when the journal has no recipe.
base::Result<Replayed> replay(const Journal& journal);

}  // namespace frontdesk::replay
