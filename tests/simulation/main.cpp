// frontdesk_sim --seeds FIRST-LAST [--plant NAME]     many calls; stops at the first that breaks a rule
// frontdesk_sim --seed N [--verbose] [--plant NAME]   one call; --verbose prints its tape
// frontdesk_sim --all-plants                          every planted bug must be found
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>

#include "simulation/call_run.hpp"

namespace frontdesk::simulation {
namespace {

constexpr std::size_t kTapeEnd = 40;
constexpr std::uint64_t kSeedsPerPlant = 64;

struct Options {
  std::uint64_t first = 1;
  std::uint64_t last = 1000;
  Plant plant = Plant::none;
  bool verbose = false;
  bool all_plants = false;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--verbose") {
      options.verbose = true;
    } else if (word == "--all-plants") {
      options.all_plants = true;
    } else if (word == "--seed" && !value.empty()) {
      options.first = options.last = std::strtoull(value.c_str(), nullptr, 10);
      ++i;
    } else if (word == "--seeds" && value.find('-') != std::string::npos) {
      options.first = std::strtoull(value.c_str(), nullptr, 10);
      options.last = std::strtoull(value.c_str() + value.find('-') + 1, nullptr, 10);
      ++i;
    } else if (word == "--plant" && plant_named(value)) {
      options.plant = *plant_named(value);
      ++i;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

void explain(std::uint64_t seed, Plant plant, const Violation& violation) {
  std::deque<std::string> tape;
  run_call(seed, plant, [&](const std::string& line) {
    tape.push_back(line);
    if (tape.size() > kTapeEnd) tape.pop_front();
  });
  std::printf("seed %" PRIu64 " broke: %s\n  %s\n\n", seed, violation.invariant.c_str(), violation.detail.c_str());
  for (const auto& line : tape) std::printf("%s\n", line.c_str());
  const auto planted = plant == Plant::none ? std::string() : " --plant " + std::string(name(plant));
  std::printf("\nagain: frontdesk_sim --seed %" PRIu64 " --verbose%s\n", seed, planted.c_str());
}

int run_seeds(const Options& options) {
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t digest = 0;
  std::size_t events = 0;
  double hours = 0;
  for (auto seed = options.first; seed <= options.last; ++seed) {
    std::function<void(const std::string&)> tape;
    if (options.verbose) tape = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
    const auto outcome = run_call(seed, options.plant, tape);
    if (outcome.violation) return explain(seed, options.plant, *outcome.violation), 1;
    digest = digest * 31 + outcome.digest;
    events += outcome.events;
    hours += base::to_seconds(outcome.length) / 3600;
  }
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto calls = options.last - options.first + 1;
  std::printf("%" PRIu64 " calls, %zu events, %.1f hours of talk in %.1f s (%.0f calls/s), digest %016" PRIx64 "\n",
              calls, events, hours, took, static_cast<double>(calls) / took, digest);
  return 0;
}

int run_plants() {
  int missed = 0;
  for (const auto plant : all_plants()) {
    std::optional<Violation> found;
    std::uint64_t seed = 1;
    for (; seed <= kSeedsPerPlant && !found; ++seed) found = run_call(seed, plant, {}).violation;
    const auto text = std::string(name(plant));
    if (found)
      std::printf("%-16s found by seed %" PRIu64 ": %s\n", text.c_str(), seed - 1, found->invariant.c_str());
    else
      std::printf("%-16s NOT FOUND in %" PRIu64 " seeds\n", text.c_str(), kSeedsPerPlant), ++missed;
  }
  return missed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace frontdesk::simulation

int main(int argc, char** argv) {
  using namespace frontdesk::simulation;
  const auto options = parse(argc, argv);
  if (!options) {
    std::fprintf(
        stderr,
        "usage: frontdesk_sim --seeds FIRST-LAST | --seed N | --all-plants [--verbose] [--plant NAME]\nplants:");
    for (const auto plant : all_plants()) std::fprintf(stderr, " %s", std::string(name(plant)).c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  return options->all_plants ? run_plants() : run_seeds(*options);
}
