// ./dev sim: whole calls in virtual time. Same seed, same call, on every machine and build.
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <thread>

#include "simulation/campaign.hpp"

namespace frontdesk::simulation {
namespace {

constexpr std::size_t kTapeEnd = 40;
constexpr std::uint64_t kSeedsPerPlant = 64;
constexpr std::uint64_t kSeedsPerNetworkPlant = 16;  // each of them in the network world

constexpr const char* kUsage =
    "frontdesk_sim --seeds FIRST-LAST   many calls; lists the rules that were broken, and by which seed first\n"
    "frontdesk_sim --seed N             one call\n"
    "frontdesk_sim --all-plants         every planted bug must be found\n"
    "\n"
    "  --verbose         print the tape of the one call\n"
    "  --jobs N          threads (default: one per core); the digest does not depend on it\n"
    "  --plant NAME      with a bug in the shell\n"
    "  --world NAME      marks or network (default: one seed in 64 is network)\n"
    "  --barge-ins MIN   fail if fewer interruptions were heard in all\n"
    "\n"
    "A call has faults drawn from its seed; half the calls have, from some instant on, none any more, and must\n"
    "then go on properly. The rules are in tests/simulation/checks.hpp.\n";

struct Options {
  Campaign campaign;
  bool verbose = false;
  bool all_plants = false;
  std::uint64_t barge_ins = 0;
};

std::uint64_t number(const std::string& text, std::size_t at = 0) {
  return std::strtoull(text.c_str() + at, nullptr, 10);
}

/// False if the option is not known or its value is not one.
bool take(Options& options, const std::string& word, const std::string& value) {
  auto& campaign = options.campaign;
  if (word == "--seed") {
    campaign.first = campaign.last = number(value);
  } else if (word == "--seeds" && value.find('-') != std::string::npos) {
    campaign.first = number(value);
    campaign.last = number(value, value.find('-') + 1);
  } else if (word == "--plant" && plant_named(value)) {
    campaign.plant = *plant_named(value);
  } else if (word == "--world" && (value == "marks" || value == "network")) {
    campaign.world = value == "marks" ? World::marks : World::network;
  } else if (word == "--jobs") {
    campaign.jobs = static_cast<unsigned>(std::clamp<std::uint64_t>(number(value), 1, 64));
  } else if (word == "--barge-ins") {
    options.barge_ins = number(value);
  } else {
    return false;
  }
  return true;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  options.campaign.jobs = std::max(1U, std::thread::hardware_concurrency());
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--verbose")
      options.verbose = true;
    else if (word == "--all-plants")
      options.all_plants = true;
    else if (i + 1 >= argc || !take(options, word, argv[++i]))
      return std::nullopt;
  }
  return options;
}

std::string command_for(const Scenario& scenario) {
  auto command = "frontdesk_sim --seed " + std::to_string(scenario.seed) + " --verbose";
  if (scenario.plant != Plant::none) command += " --plant " + std::string(name(scenario.plant));
  if (scenario.world) command += *scenario.world == World::network ? " --world network" : " --world marks";
  return command;
}

void explain(const Scenario& scenario) {
  std::deque<std::string> tape;
  const auto outcome = run_call(scenario, [&](const std::string& line) {
    tape.push_back(line);
    if (tape.size() > kTapeEnd) tape.pop_front();
  });
  if (!outcome.violation) {
    std::printf("seed %" PRIu64 " does not break it again: the simulator is not deterministic\n", scenario.seed);
    return;
  }
  for (const auto& line : tape) std::printf("%s\n", line.c_str());
  std::printf("\nseed %" PRIu64 " broke: %s\n  %s\nagain: %s\n", scenario.seed, outcome.violation->rule.c_str(),
              outcome.violation->detail.c_str(), command_for(scenario).c_str());
}

void print(const Report& report, double took) {
  const auto& f = report.figures;
  std::printf("%" PRIu64 " calls (%" PRIu64 " with packets), %" PRIu64
              " events, %.1f hours of talk in %.1f s: %.0f calls/s\n",
              report.calls, f.network_calls, f.events, report.hours, took, static_cast<double>(report.calls) / took);
  std::printf("%" PRIu64 " turns, %" PRIu64 " barge-ins, %" PRIu64 " stale sentences, %" PRIu64 " fillers\n", f.turns,
              f.barge_ins, f.stale, f.fillers);
  std::printf("%" PRIu64 " holds, %" PRIu64 " resumes, %" PRIu64 " answers in the making beside another, %" PRIu64
              " pauses judged, %" PRIu64 " calm questions answered, %" PRIu64 " put through\n",
              f.holds, f.resumes, f.candidates, f.predictions, f.calm_answers, f.bridged);
  std::printf("digest %016" PRIx64 "\n", report.digest);
}

int run_seeds(const Options& options) {
  const auto begun = std::chrono::steady_clock::now();
  const auto report = run(options.campaign);
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  print(report, took);
  if (report.figures.barge_ins < options.barge_ins) {
    std::printf("fewer than %" PRIu64 " barge-ins\n", options.barge_ins);
    return 1;
  }
  if (report.broken.empty()) return 0;
  std::printf("\n");
  const Broken* first = nullptr;
  for (const auto& [rule, broken] : report.broken) {
    std::printf("BROKEN by %" PRIu64 " seeds, first %" PRIu64 ": %s (%s)\n", broken.seeds, broken.first_seed,
                rule.c_str(), broken.detail.c_str());
    if (first == nullptr || broken.first_seed < first->first_seed) first = &broken;
  }
  std::printf("\n");
  explain({first->first_seed, options.campaign.plant, options.campaign.world});
  return 1;
}

int run_one(const Campaign& campaign) {
  const Scenario scenario{campaign.first, campaign.plant, campaign.world};
  const auto outcome = run_call(scenario, [](const std::string& line) { std::printf("%s\n", line.c_str()); });
  Report report;
  report.add(scenario.seed, outcome);
  std::printf("digest %016" PRIx64 "\n", report.digest);
  if (!outcome.violation) return 0;
  std::printf("\nseed %" PRIu64 " broke: %s\n  %s\nagain: %s\n", scenario.seed, outcome.violation->rule.c_str(),
              outcome.violation->detail.c_str(), command_for(scenario).c_str());
  return 1;
}

bool grows(Soil soil, const Figures& figures) {
  switch (soil) {
    case Soil::holds:
      return figures.holds > 0;
    case Soil::candidates:
      return figures.candidates > 0;
    case Soil::fillers:
      return figures.fillers > 0;
    case Soil::any:
    case Soil::network:
      break;
  }
  return true;
}

/// True if it was found, or if the machine never does what it spoils.
bool try_plant(const PlantInfo& info) {
  const bool network = info.soil == Soil::network;
  const auto seeds = network ? kSeedsPerNetworkPlant : kSeedsPerPlant;
  Figures figures;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto outcome = run_call({seed, info.plant, network ? World::network : World::marks}, {});
    figures.add(outcome.figures);
    const auto sound = run_call({seed, Plant::none, network ? World::network : World::marks}, {});
    if (!outcome.violation || sound.violation) continue;
    std::printf("%-16.*s found by seed %" PRIu64 ": %s\n", static_cast<int>(info.name.size()), info.name.data(), seed,
                outcome.violation->rule.c_str());
    return true;
  }
  const bool grown = grows(info.soil, figures);
  std::printf("%-16.*s %s in %" PRIu64 " seeds\n", static_cast<int>(info.name.size()), info.name.data(),
              grown ? "NOT FOUND" : "has nothing to spoil", seeds);
  return !grown;
}

int run_plants() {
  const auto& plants = all_plants();
  return static_cast<int>(
      std::count_if(plants.begin(), plants.end(), [](const auto& info) { return !try_plant(info); }));
}

}  // namespace
}  // namespace frontdesk::simulation

int main(int argc, char** argv) {
  using namespace frontdesk::simulation;
  const bool help = argc == 2 && std::string_view(argv[1]) == "--help";
  const auto options = help ? std::nullopt : parse(argc, argv);
  if (!options) {
    auto* out = help ? stdout : stderr;
    std::fprintf(out, "%s\nplants:", kUsage);
    for (const auto& info : all_plants()) std::fprintf(out, " %s", std::string(info.name).c_str());
    std::fprintf(out, "\n");
    return help ? 0 : 2;
  }
  if (options->all_plants) return run_plants() == 0 ? 0 : 1;
  return options->verbose ? run_one(options->campaign) : run_seeds(*options);
}
