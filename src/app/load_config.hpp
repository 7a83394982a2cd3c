// Which configuration a command uses, and how its problems are told.
#pragma once
#include <string>
#include <vector>

#include "config/config.hpp"

namespace frontdesk::app {

/// The file, or without one frontdesk.toml if it is there, or the sample business.
tl::expected<config::Config, std::vector<config::ConfigProblem>> load_config_or_sample(const std::string& path);

/// On standard error, one a line, and how many there are.
void print_problems(const std::vector<config::ConfigProblem>& problems);

}  // namespace frontdesk::app
