// One simulated call from its offer to the silence after its end.
#pragma once
#include <functional>
#include <string>

#include "simulation/stage.hpp"

namespace frontdesk::simulation {

struct Outcome {
  std::optional<Violation> violation;
  std::uint64_t digest = 0;  ///< FNV-1a over the rendered commands
  std::size_t events = 0;
  Duration length{0};
};

/// `tape` receives every line of the call's tape; it may be empty.
Outcome run_call(std::uint64_t seed, Plant plant, const std::function<void(const std::string&)>& tape);

}  // namespace frontdesk::simulation
