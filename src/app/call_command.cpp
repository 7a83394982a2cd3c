#include "app/call_command.hpp"

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>

#include "app/speech_engines.hpp"
#include "caller/caller.hpp"
#include "caller/plan.hpp"

namespace frontdesk::app {
namespace {

constexpr int kMisused = 2;
const std::map<std::string, codec::Codec> kCodecs{{"pcmu", codec::Codec::pcmu},
                                                  {"pcma", codec::Codec::pcma},
                                                  {"g722", codec::Codec::g722},
                                                  {"opus", codec::Codec::opus}};
const std::map<std::string, sip::SrtpPolicy> kSrtpPolicies{{"off", sip::SrtpPolicy::off},
                                                           {"optional", sip::SrtpPolicy::optional},
                                                           {"required", sip::SrtpPolicy::required},
                                                           {"dtls", sip::SrtpPolicy::required}};
std::atomic<bool> stop_requested{false};  // set by Ctrl-C: the call is ended properly

base::Result<caller::CallPlan> plan_of(const CallCommandOptions& options) {
  if (options.say.empty() && options.play.empty())
    return options.plan.empty() ? caller::parse_plan(caller::default_plan_text(), "five-turns.toml")
                                : caller::load_plan(options.plan);
  caller::CallPlan plan;
  plan.name = "command line";
  for (const auto& line : options.say) plan.steps.push_back({.kind = caller::StepKind::say, .text = line});
  for (const auto& file : options.play) plan.steps.push_back({.kind = caller::StepKind::play, .text = file});
  if (options.barge_in_after_ms > 0 && plan.steps.size() > 1)
    plan.steps.back().barge_in_after = base::milliseconds(options.barge_in_after_ms);
  return plan;
}

base::Result<caller::CallOptions> call_options_of(const CallCommandOptions& options) {
  caller::CallOptions out;
  auto uri = caller::complete_uri(options.uri);
  if (!uri) return tl::unexpected(uri.error());
  out.uri = *uri;
  if (!options.bind.empty()) {
    const auto bind = base::parse_address(options.bind);
    if (!bind) return base::fail(base::ErrorCode::invalid_argument, "call", "--bind must be a numeric address");
    out.bind = *bind;
  }
  out.voice = {options.voice};
  out.band_limit = options.band_limit;
  out.codecs.clear();
  for (const auto& name : options.codecs) out.codecs.push_back(kCodecs.at(name));
  out.srtp = kSrtpPolicies.at(options.srtp);
  out.dtls = options.srtp == "dtls";
  out.packet_ms = options.packet_ms;
  out.calls = static_cast<std::size_t>(options.calls);
  out.record = options.record;
  if (options.listen_seconds > 0) {
    caller::ListenOnly listen;
    listen.length = base::seconds(options.listen_seconds);
    listen.sound = options.listen_sound == "tone"      ? caller::ListenSound::tone
                   : options.listen_sound == "silence" ? caller::ListenSound::silence
                                                       : caller::ListenSound::file;
    if (listen.sound == caller::ListenSound::file) listen.file = options.listen_sound;
    out.listen_only = listen;
  }
  return out;
}

int complain(const base::Error& error, int code) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return code;
}

}  // namespace

void add_call_command(CLI::App& app, CallCommandOptions& options) {
  auto* command = app.add_subcommand("call", "Place a test call, speak, and measure the answers");
  command->add_option("uri", options.uri, "Whom to call (default: the receptionist on this machine)");
  command->add_option("--plan", options.plan, "What to say: a TOML file, see examples/calls");
  command->add_option("--say", options.say, "A line to say; may be repeated");
  command->add_option("--play", options.play, "A WAV file to play; may be repeated");
  command->add_option("--barge-in", options.barge_in_after_ms,
                      "Say the last line this many ms into the answer before it");
  command->add_option("--voice", options.voice, "Voice of the caller");
  command->add_option("--bind", options.bind, "Local address");
  command->add_option("--record", options.record, "Write the call to this WAV file (caller left)");
  command->add_option("--models", options.models, "Folder of the speech models");
  command->add_option("--calls", options.calls, "Calls at once")->check(CLI::Range(1, 200));
  command->add_option("--listen-only", options.listen_seconds,
                      "Say nothing; listen this many seconds and count packets");
  command->add_option("--listen-sound", options.listen_sound, "Sent meanwhile: silence, tone or a WAV file");
  command->add_option("--codec", options.codecs, "What to offer: pcmu, pcma, g722, opus; may be repeated")
      ->check(CLI::IsMember(kCodecs));
  command
      ->add_option("--srtp", options.srtp, "Encrypted audio: off, optional or required, with keys in the SDP; or dtls")
      ->check(CLI::IsMember(kSrtpPolicies));
  command->add_option("--ptime", options.packet_ms, "Milliseconds in a packet")->check(CLI::Range(10, 60));
  command->add_flag("--band-limit", options.band_limit, "Filter what is said to 300-3400 Hz");
  command->add_flag("--no-transcripts", options.no_transcripts, "Do not transcribe the answers");
  command->add_flag("--json", options.json, "Print the report as JSON");
}

int call_command(const CallCommandOptions& options) {
  const auto plan = plan_of(options);
  if (!plan) return complain(plan.error(), kMisused);
  const auto call_options = call_options_of(options);
  if (!call_options) return complain(call_options.error(), kMisused);

  SpeechEngines speech;
  caller::Engines engines;
  const bool needs_engines = options.listen_seconds == 0;
  if (needs_engines) {
    auto created = create_speech_engines(inference::ModelFiles::locate(options.models));
    if (!created) return complain(created.error(), 1);
    speech = std::move(*created);
    engines.tts = &speech.voices->tts();
    if (!options.no_transcripts) engines.stt = speech.stt.get();
  }
  if (!options.json)
    engines.narrate = [](std::string_view line) {
      std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
      std::fflush(stdout);
    };
  signal(SIGINT, [](int) { stop_requested = true; });
  signal(SIGTERM, [](int) { stop_requested = true; });
  engines.stop = &stop_requested;
  const auto report = caller::run(*plan, *call_options, engines);
  if (!report) return complain(report.error(), 1);
  const auto text = options.json ? caller::render_json(*report) + "\n" : caller::render_text(*report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return caller::exit_code(*report);
}

}  // namespace frontdesk::app
