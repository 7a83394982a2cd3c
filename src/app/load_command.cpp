#include "app/load_command.hpp"

#include <signal.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <map>

#include "caller/lines.hpp"
#include "load/load.hpp"
#include "load/sound_loop.hpp"

namespace frontdesk::app {
namespace {

constexpr int kMisused = 2;

std::atomic<bool> stop_requested{false};

const std::map<std::string, sip::Codec> kCodecs{
    {"pcmu", sip::Codec::pcmu}, {"pcma", sip::Codec::pcma}, {"g722", sip::Codec::g722}, {"opus", sip::Codec::opus}};
const std::map<std::string, sip::SrtpPolicy> kSrtpPolicies{
    {"off", sip::SrtpPolicy::off}, {"optional", sip::SrtpPolicy::optional}, {"required", sip::SrtpPolicy::required}};

base::Duration seconds(double value) {
  return base::Duration(std::llround(value * 1e9));
}

base::Result<load::LoadOptions> load_options_of(const LoadCommandOptions& options) {
  load::LoadOptions out;
  out.uri = options.uri;
  out.calls = static_cast<std::size_t>(options.calls);
  out.rate = options.rate;
  out.hold = seconds(options.hold_seconds);
  out.length = seconds(options.minutes * 60);
  out.codecs.clear();
  for (const auto& name : options.codecs) out.codecs.push_back(kCodecs.at(name));
  out.srtp = kSrtpPolicies.at(options.srtp);
  out.stop = &stop_requested;
  if (!options.bind.empty()) {
    const auto bind = base::parse_address(options.bind);
    if (!bind) return base::fail(base::ErrorCode::invalid_argument, "load", "--bind must be a numeric address");
    out.bind = *bind;
  }
  if (options.sound == "tone") {
    out.sound = load::warbling_tone();
  } else if (options.sound != "silence") {
    auto sound = caller::read_telephone_audio(options.sound);
    if (!sound) return tl::unexpected(sound.error());
    out.sound = std::move(*sound);
  }
  return out;
}

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return error.code == base::ErrorCode::invalid_argument ? kMisused : 1;
}

}  // namespace

void add_load_command(CLI::App& app, LoadCommandOptions& options) {
  auto* command = app.add_subcommand("load", "Put many calls on a receptionist at once, and measure");
  command->add_option("uri", options.uri, "Whom to call (default: the echo test of this machine)");
  command->add_option("--calls", options.calls, "Keep this many up")
      ->check(CLI::Range(0, static_cast<int>(load::kMaxCalls)));
  command->add_option("--rate", options.rate, "New calls per second")->check(CLI::Range(0.0, load::kMaxRate));
  command
      ->add_option("--hold", options.hold_seconds,
                   "Seconds of each call (default: what keeps --calls up at --rate; 2 for a rate alone)")
      ->check(CLI::Range(0.0, 7200.0));
  command->add_option("--minutes", options.minutes, "How long; then every call is hung up")
      ->check(CLI::Range(0.01, 120.0));
  command->add_option("--codec", options.codecs, "What to offer: pcmu, pcma, g722, opus; may be repeated")
      ->check(CLI::IsMember(kCodecs));
  command->add_option("--srtp", options.srtp, "Encrypted audio: off, optional or required")
      ->check(CLI::IsMember(kSrtpPolicies));
  command->add_option("--sound", options.sound, "Sent in every call: tone, silence or a WAV file, repeated");
  command->add_option("--bind", options.bind, "Local address");
  command->add_flag("--json", options.json, "Print the report as JSON");
}

int load_command(const LoadCommandOptions& options) {
  const auto load_options = load_options_of(options);
  if (!load_options) return complain(load_options.error());
  signal(SIGINT, [](int) { stop_requested = true; });
  signal(SIGTERM, [](int) { stop_requested = true; });
  const auto report = load::run(*load_options);
  if (!report) return complain(report.error());
  const auto text = options.json ? load::render_json(*report) + "\n" : load::render_text(*report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return load::exit_code(*report);
}

}  // namespace frontdesk::app
