// Many calls over several threads. What is reported does not depend on how many: the digest is a sum over
// seeds, and violations are listed by rule and seed.
#pragma once
#include <map>
#include <string>

#include "simulation/call_run.hpp"

namespace frontdesk::simulation {

struct Campaign {
  std::uint64_t first = 1;
  std::uint64_t last = 1000;
  Plant plant = Plant::none;
  std::optional<World> world;
  unsigned jobs = 1;
};

struct Broken {
  std::uint64_t seeds = 0;
  std::uint64_t first_seed = 0;
  std::string detail;  ///< of the first seed
};

struct Report {
  std::uint64_t calls = 0;
  std::uint64_t digest = 0;
  double hours = 0;  ///< of talk, simulated
  Figures figures;
  std::map<std::string, Broken> broken;  ///< by rule
  void add(std::uint64_t seed, const Outcome& outcome);
  void add(const Report& more);
};

Report run(const Campaign& campaign);

}  // namespace frontdesk::simulation
