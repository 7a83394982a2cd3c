// Which end-of-turn policies are tried. The only file here that knows their settings.
#pragma once
#include <string>
#include <vector>

#include "conversation/settings.hpp"

namespace frontdesk::turn_taking {

struct Trial {
  std::string policy;  ///< "adaptive", "fixed"
  double factor = 1;   ///< on every silence of the policy
  conversation::EndOfTurnSettings settings;
};

/// The policy as it is shipped, its silences scaled, and fixed silences to compare with.
std::vector<Trial> trials();

}  // namespace frontdesk::turn_taking
