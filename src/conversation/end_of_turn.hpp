// Policy: how long a silence ends the caller's turn, given what was said so far. Complete sentences
// need little; numbers, spelling and open endings ("and the", "my number is") need more.
#pragma once
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace frontdesk::conversation {

struct EndOfTurnSettings {
  base::Duration complete = base::milliseconds(400);
  base::Duration unsure = base::milliseconds(650);
  base::Duration open = base::milliseconds(1000);
  base::Duration digits = base::milliseconds(1100);
};

struct EndOfTurnDecision {
  base::Duration silence{0};
  const char* because = "";
};

EndOfTurnDecision silence_that_ends_turn(std::string_view text, const EndOfTurnSettings& settings);

/// "Mm", "uh-huh": the sounds of somebody who listens.
bool is_backchannel(std::string_view text);

}  // namespace frontdesk::conversation
