#include "app/receptionist.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "app/brain.hpp"
#include "app/call_plans.hpp"
#include "app/hold_music_file.hpp"
#include "app/http_service.hpp"
#include "app/line_trials.hpp"
#include "app/public_address.hpp"
#include "app/recording_keys.hpp"
#include "app/rehearsal.hpp"
#include "app/screening_rules.hpp"
#include "app/shared_state.hpp"
#include "app/speech_engines.hpp"
#include "app/trunk_board.hpp"
#include "app/trunk_order.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "cluster/lease_keeper.hpp"
#include "live/tap.hpp"
#include "records/record_keeper.hpp"
#include "rtp/dtls/identity.hpp"
#include "runtime/switchboard.hpp"
#include "sip/user_agent.hpp"
#include "store/call_records.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kPrepareLimit = std::chrono::seconds(20);
constexpr auto kDrainLimit = std::chrono::seconds(3);
constexpr auto kPollEvery = std::chrono::milliseconds(10);

/// Providers that know us by an account want it as the caller; those that know our address, the number.
runtime::OutboundRoute route_of(const config::Trunk& trunk) {
  const bool by_account = trunk.registers || trunk.inbound_number.empty();
  return {trunk.domain, trunk.port, transport_of(trunk.transport), by_account ? trunk.username : trunk.inbound_number};
}

digits::Accepted accepted_digits(config::Dtmf dtmf) {
  switch (dtmf) {
    case config::Dtmf::automatic:
      return digits::Accepted::automatic;
    case config::Dtmf::rfc4733:
      return digits::Accepted::telephone_event;
    case config::Dtmf::in_band:
      return digits::Accepted::in_band;
    case config::Dtmf::info:
      return digits::Accepted::info;
  }
  return digits::Accepted::automatic;
}

runtime::TrunkMedia media_of(const config::Trunk& trunk) {
  runtime::TrunkMedia media{trunk.codecs, accepted_digits(trunk.dtmf), {}};
  if (trunk.srtp) media.srtp = srtp_policy(*trunk.srtp);
  return media;
}

runtime::SwitchboardOptions switchboard_options(const config::Config& config, bool diagnostics,
                                                const std::optional<base::Endpoint>& stun) {
  runtime::SwitchboardOptions options;
  options.screening = screening_rules(config, diagnostics);
  options.capacity.max_calls = static_cast<std::size_t>(config.limits.max_calls);
  options.capacity.priority_reserve = runtime::usual_priority_reserve(options.capacity.max_calls);
  if (config.limits.when_full == config::WhenFull::busy) options.capacity.when_full = runtime::WhenFull::busy;
  options.shards = static_cast<int>(std::max(1U, std::thread::hardware_concurrency() - 1));
  options.rtp_address = config.server.sip;
  options.rtp_first = config.server.rtp_first;
  options.rtp_last = config.server.rtp_last;
  options.stun_server = stun;
  options.local_network = local_network(config.server);
  options.srtp = srtp_policy(config.server.srtp);
  for (const auto& trunk : config.all_trunks) options.routes[trunk.name] = route_of(trunk);
  if (config.trunk) options.usual_trunk = config.trunk->name;
  options.transfers = {config.transfer.per_hour, config.transfer.per_day};
  options.own_order = !config.server.codecs.empty();
  if (options.own_order) options.codecs = config.server.codecs;
  for (const auto& trunk : config.all_trunks) options.trunks[trunk.name] = media_of(trunk);
  if (const auto& identity = dtls::Identity::of_process())
    options.certificate = (*identity)->fingerprint();
  else
    spdlog::warn("{}", identity.error().message);
  return options;
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

/// There is no sign-in yet: whoever reaches the server, which keeps other people's pages away, is the owner.
live::Doorkeeper open_door() {
  live::Doorkeeper door;
  door.identify = [](const http::Request&) -> base::Result<access::Principal> {
    access::Principal owner;
    owner.organisation = std::string(store::kLocalOrganisation);
    owner.id = "local";
    owner.role = access::Role::owner;
    return owner;
  };
  return door;
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
  std::shared_ptr<const vault::KeyRing> keys;  ///< of recordings
  std::unique_ptr<records::RecordKeeper> records;
  const std::string machine = base::new_id("machine");
  SharedState shared;
  const live::Doorkeeper door = open_door();
  std::shared_ptr<live::Feed> feed;
  std::unique_ptr<live::Tap> tap;
  std::unique_ptr<runtime::Switchboard> switchboard;
  std::unique_ptr<sip::UserAgent> user_agent;
  std::unique_ptr<LineTrials> trials;
  std::unique_ptr<HttpService> http;  // after what its routes use
  std::unique_ptr<Rehearsal> rehearsal;
  std::unique_ptr<cluster::LeaseKeeper> leases;
  TrunkBoard trunks;
  hold_music::MusicLoop hold_music;

  base::Status build(bool diagnostics);
  base::Status open_records();
  base::Status build_signalling(bool diagnostics);
  base::Status take_lines();
  void open_feed();
  std::shared_ptr<const web_call::Calls> web_calls() const;
  void wait_for_phrases() const;
  void rehearse();
  std::vector<api::LineStatus> lines() const;
  api::Health health() const;
};

base::Status Receptionist::Parts::build(bool diagnostics) {
  const auto models = inference::ModelFiles::locate(config->server.models);
  if (auto opened = open_records(); !opened) return opened;
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
  auto music = hold_music_from(config->voice.hold_music);
  if (!music) return tl::unexpected(music.error());
  hold_music = std::move(*music);
  auto state = shared_state(config->storage);
  if (!state) return tl::unexpected(state.error());
  shared = std::move(*state);
  open_feed();
  if (auto built = build_signalling(diagnostics); !built) return built;
  trials = std::make_unique<LineTrials>(config);
  auto sources = line_sources(*config);
  sources.try_out = [this](const api::TrialOrder& order) { return trials->start(order); };
  auto service =
      HttpService::start(config->server.http, config->server.data,
                         {[this] { return health(); },
                          keys,
                          [this](const std::string& call, bool paused) {
                            return switchboard->tell_call(call, call::RecordingRequested{paused});
                          },
                          std::move(sources),
                          {door, feed, web_calls(), std::make_shared<live::Tickets>(shared.cache, shared.counters)}});
  if (!service) return tl::unexpected(service.error());
  http = std::move(*service);
  wait_for_phrases();
  switchboard->open();
  rehearse();
  // Last: from here on the provider sends callers.
  return take_lines();
}

/// A line that is registered is registered by one machine; a provider that knows our addresses sends calls to all.
base::Status Receptionist::Parts::take_lines() {
  cluster::LeaseKeeper::Options options;
  for (const auto& trunk : config->all_trunks) {
    if (shared.several && trunk.registers)
      options.names.push_back(trunk.name);
    else if (auto taken = user_agent->register_trunk(registration_of(trunk)); !taken)
      return taken;
  }
  if (options.names.empty()) return {};
  options.kind = "trunk";
  options.machine = machine;
  options.take = [this](const std::string& name) {
    for (const auto& trunk : config->all_trunks)
      if (trunk.name == name) (void)user_agent->register_trunk(registration_of(trunk));
    spdlog::info("trunk {}: this machine registers it", name);
  };
  options.give_up = [this](const std::string& name) {
    (void)user_agent->remove_trunk(name);
    spdlog::warn("trunk {}: another machine registers it now", name);
  };
  leases = std::make_unique<cluster::LeaseKeeper>(shared.leases, std::move(options));
  return {};
}

base::Status Receptionist::Parts::open_records() {
  const auto& wanted = config->recording;
  std::error_code error;
  std::filesystem::create_directories(config->server.data, error);
  if (error)
    return base::fail(base::ErrorCode::failed_precondition, "data",
                      "cannot create the data folder " + config->server.data + ": " + error.message());
  auto found = recording_keys(config->server.data, wanted.encrypt);
  if (!found) return tl::unexpected(found.error());
  keys = std::move(*found);
  records::RecordKeeperOptions options;
  options.storage.format =
      wanted.format == config::RecordingFormat::opus ? recording::Format::opus : recording::Format::wav;
  if (wanted.encrypt) options.storage.keys = keys;
  options.keep_days = wanted.keep_days;
  auto keeper = records::RecordKeeper::start(config->server.data, std::move(options));
  if (!keeper) return tl::unexpected(keeper.error());
  records = std::move(*keeper);
  for (const auto& call : records->mended())
    spdlog::warn("call {} was interrupted when the program last stopped", call);
  return {};
}

void Receptionist::Parts::open_feed() {
  live::FeedOptions options;
  if (shared.several) options.fan_out = shared.fan_out;
  options.machine = machine;
  options.still_welcome = door.still_welcome;
  options.running = [this](const std::string& call) { return switchboard && switchboard->running(call); };
  feed = std::make_shared<live::Feed>(std::move(options));
  tap = std::make_unique<live::Tap>(*records, std::string(store::kLocalOrganisation),
                                    [to = feed](live::Observation seen) { to->observe(std::move(seen)); });
}

std::shared_ptr<const web_call::Calls> Receptionist::Parts::web_calls() const {
  auto* to = switchboard.get();
  return std::make_shared<const web_call::Calls>(
      web_call::Calls{[to](runtime::FrameCaller caller, std::shared_ptr<runtime::FrameLeg> leg) {
                        (void)to->take_call(std::move(caller), std::move(leg));
                      },
                      [to](std::uint64_t dialog) { to->end_call(dialog); },
                      [to](std::uint64_t dialog, char digit) { to->press(dialog, digit); }});
}

base::Status Receptionist::Parts::build_signalling(bool diagnostics) {
  const auto stun = stun_server(config->server);
  auto wanted = switchboard_options(*config, diagnostics, stun);
  wanted.observer = tap.get();
  switchboard = std::make_unique<runtime::Switchboard>(
      std::move(wanted),
      runtime::Engines{*speech.vad, *speech.stt, speech.voices->tts(), *brain.model, speech.turns.get(), hold_music},
      *tap, make_call_plans(config));
  switchboard->on_trunk = [this](const std::string& trunk, const sip::RegistrationStatus& status) {
    // The same is reported again and again, so that the page is fresh.
    if (trunks.set(trunk, status, base::monotonic_now(), base::wall_now()))
      spdlog::info("trunk {}: {}", trunk, status.explanation);
  };
  sip::UserAgentOptions options;
  options.listen = config->server.sip;
  // So many that the switchboard, which knows why, turns callers away, and not the user agent.
  options.max_dialogs = std::max(options.max_dialogs, 2 * static_cast<std::size_t>(config->limits.max_calls) + 200);
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

/// All that are configured, in their order; those of which nothing is known yet too.
std::vector<api::LineStatus> Receptionist::Parts::lines() const {
  const auto known = trunks.all();
  const auto now = base::monotonic_now();
  std::vector<api::LineStatus> out;
  for (const auto& trunk : config->all_trunks) {
    const auto found = known.find(trunk.name);
    if (found == known.end()) {
      out.push_back({trunk.name, "registering", "Not begun yet.", base::wall_now(), {}});
      continue;
    }
    const auto& [status, changed_at, reported_at] = found->second;
    api::LineStatus line{trunk.name, state_name(status.state), status.explanation, changed_at, {}};
    if (status.next_attempt > base::Duration(0))
      line.next_attempt = std::max<base::Duration>(base::Duration(0), reported_at + status.next_attempt - now);
    out.push_back(std::move(line));
  }
  return out;
}

api::Health Receptionist::Parts::health() const {
  const auto calls = switchboard->stats();
  api::Health health;
  health.build = version_text();
  health.uptime = base::monotonic_now() - since;
  health.calls_now = static_cast<std::int64_t>(calls.calls);
  health.calls_accepted = static_cast<std::int64_t>(calls.accepted);
  health.calls_refused = static_cast<std::int64_t>(calls.refused + calls.turned_away);
  health.draining = calls.draining;
  health.sip_address = "sip:reception@" + base::to_string(reachable(user_agent->udp()));
  health.tick_late_p99_ms = calls.tick_late_p99_ms;
  const auto kept = records->stats();
  health.records_waiting = static_cast<std::int64_t>(kept.queued);
  health.records_problem = kept.last_error;
  health.lines = lines();
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

std::size_t Receptionist::calls() const {
  return parts_->switchboard->stats().calls;
}

void Receptionist::drain(base::Duration limit) {
  parts_->switchboard->stop_admitting();
  (void)parts_->user_agent->drain(limit);
}

void Receptionist::stop() {
  auto& parts = *parts_;
  parts.rehearsal.reset();
  parts.leases.reset();
  if (parts.http) parts.http->stop();
  parts.trials.reset();
  if (parts.switchboard && parts.user_agent) {
    parts.switchboard->drain("the receptionist is being stopped");
    const auto give_up = std::chrono::steady_clock::now() + kDrainLimit;
    while (parts.switchboard->stats().calls > 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(kPollEvery);
  }
  if (parts.user_agent) parts.user_agent->stop();
  if (parts.feed) parts.feed->stop();  // it asks the switchboard
  parts.switchboard.reset();           // shards first: they use everything below
  parts.user_agent.reset();
  parts.brain.model.reset();
  parts.records.reset();
}

}  // namespace frontdesk::app
