#include "app/doctor_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/load_config.hpp"
#include "app/storage_trial.hpp"
#include "app/trunk_order.hpp"
#include "sip/trial/findings/render.hpp"

namespace frontdesk::app {
namespace {

constexpr int kMisused = 2;

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);  // each step as it is taken, into a pipe too
}

class Printer final : public trial::Sink {
 public:
  explicit Printer(const DoctorOptions& options) : options_(options) {}

  void on_step(const findings::Step& step) override {
    if (options_.json) return print(findings::json(step) + "\n");
    if (step.state != findings::State::running) print(findings::text(step));
  }
  void on_message(const findings::LadderMessage& message) override {
    if (!options_.ladder) return;
    print(options_.json ? findings::json(message) + "\n" : findings::text(message));
  }
  void on_finished(const findings::Report& report) override {
    passed_ = report.passed();
    print(options_.json ? findings::closing_json(report) + "\n" : findings::closing_text(report));
  }
  bool passed() const { return passed_; }

 private:
  const DoctorOptions& options_;
  bool passed_ = false;
};

bool try_out(const config::Trunk& trunk, const config::Config& config, const DoctorOptions& options) {
  if (!options.json) print("Line \"" + trunk.name + "\" at " + trunk.domain + "\n");
  Printer printer(options);
  trial::Trial trial(trial_order(trunk, config.server), printer);
  trial.wait();
  return printer.passed();
}

}  // namespace

void add_doctor_command(CLI::App& app, DoctorOptions& options) {
  auto* command = app.add_subcommand("doctor", "Find out what is wrong");
  command->require_subcommand(1);
  auto* sip = command->add_subcommand("sip", "Try the lines out, step by step, without touching their registration");
  sip->add_option("--config", options.config, "Configuration file (default: frontdesk.toml)");
  sip->add_option("--trunk", options.trunk, "Only the line of this name");
  sip->add_flag("--json", options.json, "A line of JSON for each step");
  sip->add_flag("--ladder", options.ladder, "Also the SIP messages, with everything secret left out");
  auto* storage = command->add_subcommand("storage", "Write, read and remove a file where large files are kept");
  storage->add_option("--config", options.config, "Configuration file (default: frontdesk.toml)");
  storage->callback([&options] { options.storage = true; });
}

int doctor_command(const DoctorOptions& options) {
  const auto config = load_config_or_sample(options.config);
  if (!config) {
    print_problems(config.error());
    return kMisused;
  }
  if (options.storage) return try_storage(*config);
  bool all = true;
  int tried = 0;
  for (const auto& trunk : config->all_trunks) {
    if (!options.trunk.empty() && trunk.name != options.trunk) continue;
    ++tried;
    all = try_out(trunk, *config, options) && all;
  }
  if (tried > 0) return all ? 0 : 1;
  std::fprintf(stderr, "frontdesk: %s\n",
               options.trunk.empty() ? "no line is configured: write a [trunk] section into the configuration file"
                                     : ("there is no trunk named \"" + options.trunk + "\"").c_str());
  return kMisused;
}

}  // namespace frontdesk::app
