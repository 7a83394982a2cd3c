#include "app/receptionist.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "app/brain.hpp"
#include "app/call_plans.hpp"
#include "app/http_service.hpp"
#include "app/public_address.hpp"
#include "app/rehearsal.hpp"
#include "app/speech_engines.hpp"
#include "app/trunk_board.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "reception/messages/message.hpp"
#include "records/record_keeper.hpp"
#include "rtp/dtls/identity.hpp"
#include "runtime/switchboard.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kPrepareLimit = std::chrono::seconds(20);
constexpr auto kDrainLimit = std::chrono::seconds(3);
constexpr auto kPollEvery = std::chrono::milliseconds(10);

/// National and international ways of writing a number are the same number.
std::string canonical_number(std::string_view number, const std::string& country) {
  std::string digits;
  for (const char c : number)
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  // Some providers leave the plus away; no national number begins like this and is as long.
  if (country == "GB" && digits.starts_with("44") && digits.size() >= 12) digits.insert(0, "+");
  if ((country == "US" || country == "CA") && !digits.empty() && digits[0] >= '2') digits.insert(0, "+1");
  return messages::to_e164(digits, country);
}

/// Who may call by which trunk.
std::function<bool(std::string_view, std::string_view)> caller_rule(const std::vector<config::Trunk>& trunks,
                                                                    const std::string& country) {
  std::map<std::string, std::vector<std::string>, std::less<>> patterns;
  for (const auto& trunk : trunks) {
    for (const auto& pattern : trunk.allowed_from) {
      const bool open = pattern.ends_with('*');
      const auto digits = canonical_number(open ? pattern.substr(0, pattern.size() - 1) : pattern, country);
      patterns[trunk.name].push_back(open ? digits + "*" : digits);
    }
  }
  return [patterns, country](std::string_view trunk, std::string_view caller) {
    const auto of_trunk = patterns.find(trunk);
    if (of_trunk == patterns.end()) return false;
    const auto number = canonical_number(caller, country);
    return std::any_of(of_trunk->second.begin(), of_trunk->second.end(),
                       [&](const auto& pattern) { return screening::matches_number(pattern, number); });
  };
}

std::function<bool(const base::Endpoint&)> direct_callers(const config::Config& config) {
  return [ranges = config.server.direct_callers](const base::Endpoint& source) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.contains(source); });
  };
}

sip::SrtpPolicy srtp_policy(config::Srtp srtp) {
  if (srtp == config::Srtp::off) return sip::SrtpPolicy::off;
  return srtp == config::Srtp::required ? sip::SrtpPolicy::required : sip::SrtpPolicy::optional;
}

runtime::SwitchboardOptions switchboard_options(const config::Config& config, bool diagnostics,
                                                const std::optional<base::Endpoint>& stun) {
  runtime::SwitchboardOptions options;
  options.screening.diagnostics = diagnostics;
  options.screening.direct_caller = direct_callers(config);
  if (config.trunk) options.screening.allowed_caller = caller_rule(config.all_trunks, config.business.country);
  options.max_calls = static_cast<std::size_t>(config.limits.max_calls);
  options.shards = static_cast<int>(std::max(1U, std::thread::hardware_concurrency() - 1));
  options.rtp_address = config.server.sip;
  options.rtp_first = config.server.rtp_first;
  options.rtp_last = config.server.rtp_last;
  options.stun_server = stun;
  options.local_network = local_network(config.server);
  options.srtp = srtp_policy(config.server.srtp);
  for (const auto& trunk : config.all_trunks)
    if (trunk.srtp) options.srtp_of_trunk[trunk.name] = srtp_policy(*trunk.srtp);
  if (const auto& identity = dtls::Identity::of_process())
    options.certificate = (*identity)->fingerprint();
  else
    spdlog::warn("{}", identity.error().message);
  return options;
}

sip::TrunkRegistration registration_of(const config::Trunk& trunk) {
  sip::TrunkRegistration registration;
  registration.name = trunk.name;
  registration.registrar_host = trunk.domain;
  registration.registrar_port = trunk.port;
  switch (trunk.transport) {
    case config::Transport::udp:
      registration.transport = sip::Transport::udp;
      break;
    case config::Transport::tcp:
      registration.transport = sip::Transport::tcp;
      break;
    case config::Transport::tls:
      registration.transport = sip::Transport::tls;
      break;
    case config::Transport::automatic:
      registration.transport = std::nullopt;
      break;
  }
  registration.backup_host = trunk.backup_domain;
  registration.outbound_proxy = trunk.outbound_proxy;
  registration.ca_file = trunk.ca_file;
  registration.verify = trunk.verify;
  registration.registers = trunk.registers;
  registration.keep_alive = base::seconds(trunk.keep_alive_seconds);
  registration.username = trunk.username;
  registration.authorization_username = trunk.auth_username;
  registration.password = trunk.password;
  registration.realm = trunk.realm;
  return registration;
}

std::string state_name(sip::RegistrationState state) {
  switch (state) {
    case sip::RegistrationState::registering:
      return "registering";
    case sip::RegistrationState::registered:
      return "registered";
    case sip::RegistrationState::failed:
      return "failed";
    case sip::RegistrationState::unregistered:
      return "unregistered";
    case sip::RegistrationState::peered:
      return "peered";
  }
  return "failed";
}

/// What a softphone on this machine can dial: 0.0.0.0 is no address to call.
base::Endpoint reachable(base::Endpoint endpoint) {
  const bool unspecified = endpoint.address == base::Endpoint{}.address;
  return unspecified ? *base::parse_address("127.0.0.1", endpoint.port) : endpoint;
}

}  // namespace

struct Receptionist::Parts {
  const base::Instant since = base::monotonic_now();
  std::shared_ptr<const config::Config> config;
  SpeechEngines speech;
  Brain brain;
  std::unique_ptr<records::RecordKeeper> records;
  std::unique_ptr<runtime::Switchboard> switchboard;
  std::unique_ptr<sip::UserAgent> user_agent;
  std::unique_ptr<HttpService> http;
  std::unique_ptr<Rehearsal> rehearsal;
  TrunkBoard trunks;

  base::Status build(bool diagnostics);
  base::Status build_signalling(bool diagnostics);
  void wait_for_phrases() const;
  void rehearse();
  api::Health health() const;
};

base::Status Receptionist::Parts::build(bool diagnostics) {
  const auto models = inference::ModelFiles::locate(config->server.models);
  auto keeper = records::RecordKeeper::start(config->server.data);
  if (!keeper) return tl::unexpected(keeper.error());
  records = std::move(*keeper);
  for (const auto& call : records->mended())
    spdlog::warn("call {} was interrupted when the program last stopped", call);
  auto engines = create_speech_engines(models);
  if (!engines) return tl::unexpected(engines.error());
  speech = std::move(*engines);
  spdlog::info("{}", speech.turns_note);
  if (!LocalVoices::knows(config->voice.name))
    return base::fail(
        base::ErrorCode::invalid_argument, "voice",
        "there is no voice \"" + config->voice.name + "\": choose libritts:0 to libritts:903, flite:slt or flite:kal");
  speech.voices->prepare(fixed_phrases(*config), {config->voice.name, config->voice.speed});
  auto created = create_brain(*config, models);
  if (!created) return tl::unexpected(created.error());
  brain = std::move(*created);
  if (auto built = build_signalling(diagnostics); !built) return built;
  auto service = HttpService::start(config->server.http, config->server.data, [this] { return health(); });
  if (!service) return tl::unexpected(service.error());
  http = std::move(*service);
  wait_for_phrases();
  switchboard->open();
  rehearse();
  // Last: from here on the provider sends callers.
  for (const auto& trunk : config->all_trunks) {
    if (auto taken = user_agent->register_trunk(registration_of(trunk)); !taken) return taken;
  }
  return {};
}

base::Status Receptionist::Parts::build_signalling(bool diagnostics) {
  const auto stun = stun_server(config->server);
  switchboard = std::make_unique<runtime::Switchboard>(
      switchboard_options(*config, diagnostics, stun),
      runtime::Engines{*speech.vad, *speech.stt, speech.voices->tts(), *brain.model, speech.turns.get()}, *records,
      make_call_plans(config));
  switchboard->on_trunk = [this](const std::string& trunk, const sip::RegistrationStatus& status) {
    // The same is reported again and again, so that the page is fresh.
    if (trunks.set(trunk, status)) spdlog::info("trunk {}: {}", trunk, status.explanation);
  };
  sip::UserAgentOptions options;
  options.listen = config->server.sip;
  options.nat = nat_options(config->server, stun);
  options.direct_caller = [listed = direct_callers(*config)](const base::Endpoint& source) {
    return source.is_loopback() || listed(source);
  };
  auto started = sip::UserAgent::start(options, *switchboard);
  if (!started) return tl::unexpected(started.error());
  user_agent = std::move(*started);
  switchboard->attach(*user_agent);
  return {};
}

/// The first caller should not wait for the greeting to be synthesised.
void Receptionist::Parts::wait_for_phrases() const {
  const auto give_up = std::chrono::steady_clock::now() + kPrepareLimit;
  while (!speech.voices->prepared() && std::chrono::steady_clock::now() < give_up)
    std::this_thread::sleep_for(kPollEvery);
  if (!speech.voices->prepared()) spdlog::warn("some fixed phrases are not synthesised yet: the machine is busy");
}

void Receptionist::Parts::rehearse() {
  rehearsal = std::make_unique<Rehearsal>(
      RehearsalPlan{brain.foreseeable_replies, [this] { return switchboard->stats().calls > 0; },
                    [this](const std::vector<std::string>& clauses) {
                      speech.voices->prepare(clauses, {config->voice.name, config->voice.speed});
                    }});
}

api::Health Receptionist::Parts::health() const {
  const auto calls = switchboard->stats();
  api::Health health;
  health.build = version_text();
  health.uptime = base::monotonic_now() - since;
  health.calls_now = static_cast<std::int64_t>(calls.calls);
  health.calls_accepted = static_cast<std::int64_t>(calls.accepted);
  health.calls_refused = static_cast<std::int64_t>(calls.refused + calls.turned_away);
  health.sip_address = "sip:reception@" + base::to_string(reachable(user_agent->udp()));
  health.tick_late_p99_ms = calls.tick_late_p99_ms;
  const auto kept = records->stats();
  health.records_waiting = static_cast<std::int64_t>(kept.queued);
  health.records_problem = kept.last_error;
  for (const auto& [name, status] : trunks.all()) {
    // Of several, one that does not work.
    const bool works =
        health.trunk_state.empty() || health.trunk_state == "registered" || health.trunk_state == "peered";
    if (!works) break;
    health.trunk = name;
    health.trunk_state = state_name(status.state);
    health.trunk_detail = status.explanation;
  }
  return health;
}

Receptionist::Receptionist(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Receptionist::~Receptionist() {
  stop();
}

base::Result<std::unique_ptr<Receptionist>> Receptionist::start(config::Config config, bool diagnostics) {
  auto parts = std::make_unique<Parts>();
  parts->config = std::make_shared<const config::Config>(std::move(config));
  std::unique_ptr<Receptionist> receptionist(new Receptionist(std::move(parts)));
  if (auto built = receptionist->parts_->build(diagnostics); !built) return tl::unexpected(built.error());
  return receptionist;
}

Receptionist::Addresses Receptionist::addresses() const {
  return {parts_->user_agent->udp(), parts_->http->address()};
}

void Receptionist::stop() {
  auto& parts = *parts_;
  parts.rehearsal.reset();
  if (parts.http) parts.http->stop();
  if (parts.switchboard && parts.user_agent) {
    parts.switchboard->drain("the receptionist is being stopped");
    const auto give_up = std::chrono::steady_clock::now() + kDrainLimit;
    while (parts.switchboard->stats().calls > 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(kPollEvery);
  }
  if (parts.user_agent) parts.user_agent->stop();
  parts.switchboard.reset();  // shards first: they use everything below
  parts.user_agent.reset();
  parts.brain.model.reset();
  parts.records.reset();
}

}  // namespace frontdesk::app
