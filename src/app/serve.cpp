#include "app/serve.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <thread>

#include "app/load_config.hpp"
#include "app/receptionist.hpp"
#include "app/stop_signals.hpp"
#include "base/clock.hpp"
#include "config/config.hpp"

namespace frontdesk::app {
namespace {

constexpr int kMisused = 2;
constexpr base::Duration kDrainPoll = base::milliseconds(50);
constexpr base::Duration kByeLimit = base::seconds(1);  // for the user agent to hang up all calls
constexpr base::Duration kTryDatabaseEvery = base::seconds(1);
constexpr base::Duration kTellEvery = base::seconds(30);

bool parse_ports(const std::string& text, config::Server& server) {
  const auto dash = text.find('-');
  if (dash == std::string::npos) return false;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto whole = [](const char* from, const char* to, std::uint16_t& port) {
    const auto read = std::from_chars(from, to, port);
    return read.ec == std::errc{} && read.ptr == to;
  };
  if (!whole(begin, begin + dash, server.rtp_first) || !whole(begin + dash + 1, end, server.rtp_last)) return false;
  return server.rtp_first >= 1024 && server.rtp_first < server.rtp_last;
}

/// What the command line changes; every mistake is reported.
std::vector<std::string> override_with(const ServeOptions& options, config::Config& config) {
  std::vector<std::string> problems;
  const auto endpoint = [&](const char* name, const std::string& text, base::Endpoint& target) {
    if (text.empty()) return;
    if (const auto parsed = base::parse_endpoint(text))
      target = *parsed;
    else
      problems.push_back(std::string(name) + " must be an address and a port, such as 127.0.0.1:5060, not \"" + text +
                         "\"");
  };
  endpoint("--sip", options.sip, config.server.sip);
  endpoint("--http", options.http, config.server.http);
  endpoint("--https", options.https, config.server.https.listen);
  if (!options.https.empty() && config.server.https.certificate.empty())
    problems.emplace_back("--https needs server.certificate and server.private_key in the configuration");
  if (!options.rtp.empty() && !parse_ports(options.rtp, config.server))
    problems.push_back("--rtp must be two UDP ports from 1024 to 65535, such as 20000-20999, not \"" + options.rtp +
                       "\"");
  else if (const auto problem = config::too_few_ports(config.server, config.limits))
    problems.push_back("--rtp: " + *problem);
  if (!options.data.empty()) config.server.data = options.data;
  if (!options.models.empty()) config.server.models = options.models;
  if (!options.voice.empty()) config.voice.name = options.voice;
  return problems;
}

/// What a softphone on this machine can use: 0.0.0.0 is no address to call.
std::string local_address(base::Endpoint endpoint) {
  return endpoint.address == base::Endpoint{}.address ? "127.0.0.1:" + std::to_string(endpoint.port)
                                                      : base::to_string(endpoint);
}

void print_box(const Receptionist::Addresses& at, const std::string& business, bool sample,
               const std::string& sign_up) {
  const auto sip = local_address(at.sip);
  std::vector<std::string> lines = {
      business + " is answering calls" + (sample ? " (the sample business)." : "."),
      "",
      "call it      sip:reception@" + sip + "  with a softphone on this machine",
      "or           ./dev call" + (at.sip.port == 5060 ? "" : " " + sip) +
          "  for a test caller that talks and measures",
      "look at it   http://" + local_address(at.http) + "/  calls, transcripts, recordings",
      "stop it      Ctrl-C",
  };
  if (at.https)
    lines.insert(lines.end() - 1, "             https://" + local_address(*at.https) + "/  the same by TLS");
  if (!sign_up.empty()) lines.insert(lines.end() - 1, "sign up      " + sign_up);
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.size());
  const std::string edge = "+" + std::string(width + 4, '-') + "+\n";
  std::string box = "\n" + edge;
  for (const auto& line : lines) box += "|  " + line + std::string(width - line.size(), ' ') + "  |\n";
  std::printf("%s%s\n", box.c_str(), edge.c_str());
}

/// Where the first owner signs up; empty if somebody has an account.
std::string sign_up_link(Receptionist& receptionist, const std::string& url) {
  const auto token = receptionist.first_owner_token();
  if (!token) return {};
  const auto at = receptionist.addresses();
  const auto page = !url.empty() ? url
                    : at.https   ? "https://" + local_address(*at.https)
                                 : "http://" + local_address(at.http);
  return page + "/welcome#token=" + token->expose();
}

/// The database is locked, full or away. That passes, and who starts us again at once would only do so for ever.
bool may_pass(const base::Error& error) {
  return error.domain == "store" && error.retry != base::Retry::never &&
         (error.code == base::ErrorCode::unavailable || error.code == base::ErrorCode::deadline_exceeded);
}

/// Waits for a database that is away; unset: a signal ended that.
std::optional<base::Result<std::unique_ptr<Receptionist>>> start(const config::Config& config, bool diagnostics,
                                                                 const StopSignals& signals) {
  std::optional<base::Instant> told;
  for (;;) {
    auto receptionist = Receptionist::start(config, diagnostics);
    if (receptionist || !may_pass(receptionist.error())) return receptionist;
    if (const auto now = base::monotonic_now(); !told || now - *told >= kTellEvery) {
      told = now;
      spdlog::warn("waiting for the database, no calls are taken yet: {}", receptionist.error().message);
    }
    if (signals.wait_for(kTryDatabaseEvery)) return std::nullopt;
  }
}

/// After the first signal: until the last call has ended, the limit has passed, or a second signal comes.
void let_calls_end(Receptionist& receptionist, const StopSignals& signals, base::Duration limit) {
  receptionist.drain(limit);
  const auto calls = receptionist.calls();
  if (calls == 0) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit).count();
  spdlog::info("draining: no new calls are taken; {} going on have {} s to end. A second signal ends them at once",
               calls, seconds);
  const auto give_up = base::monotonic_now() + limit + kByeLimit;
  while (receptionist.calls() > 0 && base::monotonic_now() < give_up) {
    if (!signals.wait_for(kDrainPoll)) continue;
    spdlog::info("a second signal: {} calls are ended at once", receptionist.calls());
    receptionist.drain(base::Duration(0));
    return;
  }
  spdlog::info(receptionist.calls() == 0 ? "drained" : "some calls did not end in time");
}

/// After SIGHUP. A mistake in the file leaves everything as it is.
void reload(const ServeOptions& options, Receptionist& receptionist) {
  auto config = load_config_or_sample(options.config);
  if (!config) {
    print_problems(config.error());
    spdlog::error("the configuration was not reloaded: mend the file and send SIGHUP again");
    return;
  }
  (void)override_with(options, *config);  // was checked at the start
  const auto waiting = receptionist.adopt(std::move(*config));
  if (!waiting) {
    spdlog::error("the configuration was not reloaded: {}", waiting.error().message);
    return;
  }
  spdlog::info("the configuration was reloaded; calls that go on keep the one before");
  for (const auto& key : *waiting) spdlog::warn("{} has changed: it is taken at the next start", key);
}

}  // namespace

int serve(const ServeOptions& options) {
  const StopSignals signals;
  umask(S_IRWXG | S_IRWXO);  // transcripts and recordings are for their owner alone
  spdlog::set_default_logger(spdlog::stderr_logger_mt("frontdesk"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  auto config = load_config_or_sample(options.config);
  if (!config) {
    print_problems(config.error());
    return kMisused;
  }
  const auto problems = override_with(options, *config);
  for (const auto& problem : problems) std::fprintf(stderr, "frontdesk: %s\n", problem.c_str());
  if (!problems.empty()) return kMisused;

  const bool sample = !config->files.empty() && config->files.front() == "(sample business)";
  const auto business = config->business.name;
  const auto url = config->server.url;
  const auto drain = base::seconds(config->limits.drain_seconds);
  auto started = start(*config, options.diagnostics, signals);
  if (!started) return 0;
  auto& receptionist = *started;
  if (!receptionist) {
    std::fprintf(stderr, "frontdesk: %s\n", receptionist.error().message.c_str());
    return 1;
  }
  const auto at = (*receptionist)->addresses();
  print_box(at, business, sample, sign_up_link(**receptionist, url));
  const auto https = at.https ? " https=" + base::to_string(*at.https) : "";
  std::printf("ready sip=%s http=%s%s\n", base::to_string(at.sip).c_str(), base::to_string(at.http).c_str(),
              https.c_str());
  std::fflush(stdout);

  while (signals.wait() == Signal::reload) reload(options, **receptionist);
  let_calls_end(**receptionist, signals, drain);
  spdlog::info("stopping");
  (*receptionist)->stop();
  return 0;
}

}  // namespace frontdesk::app
