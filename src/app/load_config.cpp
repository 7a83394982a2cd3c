#include "app/load_config.hpp"

#include <cstdio>
#include <filesystem>

#include "app/sample_business.hpp"

namespace frontdesk::app {
namespace {

constexpr const char* kDefaultConfig = "frontdesk.toml";

}  // namespace

tl::expected<config::Config, std::vector<config::ConfigProblem>> load_config_or_sample(const std::string& path) {
  const auto environment = config::process_environment();
  if (!path.empty()) return config::load_config(path, environment);
  if (std::filesystem::exists(kDefaultConfig)) return config::load_config(kDefaultConfig, environment);
  return config::parse_config(sample_business(), "(sample business)", environment);
}

void print_problems(const std::vector<config::ConfigProblem>& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", config::describe(problem).c_str());
  std::fprintf(stderr, "frontdesk: %zu problem%s in the configuration\n", problems.size(),
               problems.size() == 1 ? "" : "s");
}

}  // namespace frontdesk::app
