// One simulated call from its offer to the silence after its end.
#pragma once
#include <functional>
#include <string>

#include "simulation/stage.hpp"

namespace frontdesk::simulation {

struct Outcome {
  std::optional<Violation> violation;
  std::uint64_t digest = 0;  ///< FNV-1a over the rendered commands
  Duration length{0};
  Figures figures;
};

/// `tape` receives every line of the call's tape; it may be empty.
Outcome run_call(const Scenario& scenario, const std::function<void(const std::string&)>& tape);

}  // namespace frontdesk::simulation
