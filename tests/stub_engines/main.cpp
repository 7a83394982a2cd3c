// A server like the product, made of its own parts, but with engines that answer after known times and
// fail on request: what is left of a reply's time is ours.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/stop_signals.hpp"
#include "stub_engines/stub_server.hpp"

namespace {

using namespace frontdesk;

constexpr int kMisused = 2;

struct Arguments {
  std::string sip = "127.0.0.1:0";
  std::string http = "127.0.0.1:0";
  std::string data;
  std::string rtp = "20000-20999";
  int stt_ms = 100;
  int llm_ms = 100;
  int tts_ms = 80;
  std::vector<std::string> faults;
  std::string secondary = "none";
  int max_calls = 200;
};

void declare(CLI::App& app, Arguments& arguments) {
  constexpr int kLongestDelayMs = 60'000;
  const auto delay = CLI::Range(0, kLongestDelayMs);
  app.add_option("--sip", arguments.sip, "Address and port of the signalling; port 0: any");
  app.add_option("--http", arguments.http, "Address and port of the web page; port 0: any");
  app.add_option("--data", arguments.data, "Folder of the call log")->required();
  app.add_option("--rtp", arguments.rtp, "UDP ports of the sound, first-last");
  app.add_option("--stt-ms", arguments.stt_ms, "Transcription takes this long")->check(delay);
  app.add_option("--llm-ms", arguments.llm_ms, "The model's first text takes this long")->check(delay);
  app.add_option("--tts-ms", arguments.tts_ms, "The voice's first sound takes this long")->check(delay);
  app.add_option("--fault", arguments.faults,
                 "stt, llm or tts = hang, cut, 429, empty, garbage or slow, e.g. "
                 "llm=hang:0.25; may be repeated");
  app.add_option("--secondary", arguments.secondary, "What stands behind each engine")
      ->check(CLI::IsMember({"ok", "none"}));
  app.add_option("--max-calls", arguments.max_calls)->check(CLI::Range(1, 1000));
}

bool read_fault(const std::string& text, stub_engines::ServerOptions& options) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return false;
  const auto plan = stub_engines::parse_fault(std::string_view(text).substr(equals + 1));
  if (!plan) return false;
  const auto stage = text.substr(0, equals);
  auto* target = stage == "stt"   ? &options.stt
                 : stage == "llm" ? &options.llm
                 : stage == "tts" ? &options.tts
                                  : nullptr;
  if (target == nullptr) return false;
  target->fault = *plan;
  return true;
}

/// An empty text, or what is wrong.
std::string read_options(const Arguments& arguments, stub_engines::ServerOptions& options) {
  const auto sip = base::parse_endpoint(arguments.sip);
  const auto http = base::parse_endpoint(arguments.http);
  if (!sip || !http) return "--sip and --http must be an address and a port";
  options.sip = *sip;
  options.http = *http;
  options.data = arguments.data;
  if (std::sscanf(arguments.rtp.c_str(), "%hu-%hu", &options.rtp_first, &options.rtp_last) != 2)
    return "--rtp must be two ports, such as 20000-20999";
  options.stt.delay = base::milliseconds(arguments.stt_ms);
  options.llm.delay = base::milliseconds(arguments.llm_ms);
  options.tts.delay = base::milliseconds(arguments.tts_ms);
  for (const auto& fault : arguments.faults)
    if (!read_fault(fault, options)) return "there is no fault \"" + fault + "\"";
  options.secondary = arguments.secondary == "ok";
  options.max_calls = static_cast<std::size_t>(arguments.max_calls);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The receptionist with stub engines");
  Arguments arguments;
  declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  stub_engines::ServerOptions options;
  if (const auto problem = read_options(arguments, options); !problem.empty()) {
    std::fprintf(stderr, "frontdesk_stubbed: %s\n", problem.c_str());
    return kMisused;
  }
  const app::StopSignals signals;
  spdlog::set_default_logger(spdlog::stderr_logger_mt("frontdesk_stubbed"));
  auto server = stub_engines::StubServer::start(options);
  if (!server) {
    std::fprintf(stderr, "frontdesk_stubbed: %s\n", server.error().message.c_str());
    return 1;
  }
  const auto at = (*server)->addresses();
  std::printf("ready sip=%s http=%s\n", base::to_string(at.sip).c_str(), base::to_string(at.http).c_str());
  std::fflush(stdout);
  signals.wait();
  (*server)->stop();
  return 0;
}
