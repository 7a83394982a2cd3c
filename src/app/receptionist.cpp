#include "app/receptionist.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "app/back_office.hpp"
#include "app/brain.hpp"
#include "app/call_control.hpp"
#include "app/call_plans.hpp"
#include "app/call_policy.hpp"
#include "app/call_words.hpp"
#include "app/chores.hpp"
#include "app/database_location.hpp"
#include "app/door.hpp"
#include "app/hold_music_file.hpp"
#include "app/http_service.hpp"
#include "app/in_force.hpp"
#include "app/line_trials.hpp"
#include "app/listening.hpp"
#include "app/master_keys.hpp"
#include "app/outside_watch.hpp"
#include "app/own_voices.hpp"
#include "app/public_address.hpp"
#include "app/reconfiguration.hpp"
#include "app/recording_store.hpp"
#include "app/rehearsal.hpp"
#include "app/retention.hpp"
#include "app/saved_settings.hpp"
#include "app/server_options.hpp"
#include "app/screening_rules.hpp"
#include "app/settings_watch.hpp"
#include "app/shared_state.hpp"
#include "app/speech_engines.hpp"
#include "app/trials.hpp"
#include "app/trunk_board.hpp"
#include "app/trunk_order.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "cluster/lease_keeper.hpp"
#include "live/tap.hpp"
#include "records/record_keeper.hpp"
#include "runtime/switchboard.hpp"
#include "sip/user_agent.hpp"
#include "store/call_records.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kPrepareLimit = std::chrono::seconds(20);
constexpr auto kDrainLimit = std::chrono::seconds(3);
constexpr auto kPollEvery = std::chrono::milliseconds(10);
constexpr const char* kSettingsChannel = "settings";  // what was saved: another machine's name

base::Status check_voice(const config::Config& config) {
  if (LocalVoices::knows(config.voice.name)) return {};
  return base::fail(
      base::ErrorCode::invalid_argument, "voice",
      "there is no voice \"" + config.voice.name + "\": choose libritts:0 to libritts:903, flite:slt or flite:kal");
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

}  // namespace

struct Receptionist::Parts {
  const base::Instant since = base::monotonic_now();
  explicit Parts(config::Config first, bool with_diagnostics)
      : from_file(first),
        config(std::make_shared<const config::Config>(std::move(first))),
        diagnostics(with_diagnostics) {}

  config::Config from_file;  ///< guarded by `adopting` once it runs
  InForce config;            ///< with what is saved
  const bool diagnostics;
  SpeechEngines speech;
  /// The newest the last; an older one is kept while calls use its model, because it is no shard's work to end one.
  std::vector<Brain> brains;                    ///< once it runs, guarded by `adopting`
  std::shared_ptr<llm::ChatModel> first_model;  ///< the engines' own must outlive every call
  std::shared_ptr<MasterKeys> master_keys;
  std::shared_ptr<const vault::KeyRing> keys;  ///< theirs
  std::unique_ptr<records::RecordKeeper> records;
  std::unique_ptr<RecordingStore> recordings;  ///< null: no bucket
  const std::string machine = base::new_id("machine");
  SharedState shared;
  std::unique_ptr<BackOffice> back_office;
  const std::shared_ptr<Doorbell> doorbell = std::make_shared<Doorbell>();
  std::shared_ptr<live::Feed> feed;
  const std::shared_ptr<metrics::CallTally> tally = std::make_shared<metrics::CallTally>();
  std::unique_ptr<live::Tap> tap;
  std::shared_ptr<live::Listening> listening;
  std::shared_ptr<live::Speaking> speaking;
  std::unique_ptr<runtime::Switchboard> switchboard;
  std::unique_ptr<sip::UserAgent> user_agent;
  std::unique_ptr<OutsideWatch> outside_watch;
  std::unique_ptr<LineTrials> trials;
  std::shared_ptr<voices::Voices> voices;
  std::unique_ptr<Chores> chores;
  std::unique_ptr<HttpService> http;  // after what its routes use
  std::unique_ptr<Rehearsal> rehearsal;
  std::unique_ptr<cluster::LeaseKeeper> leases;  ///< of several machines; guarded by `adopting`
  std::shared_ptr<SettingsWatch> settings_watch;
  TrunkBoard trunks;
  hold_music::MusicLoop hold_music;
  std::mutex adopting;
  struct Rehearsed {
    boost::json::value settings;
    config::Config config;
    Brain brain;
  };
  std::optional<Rehearsed> drafted;  ///< the last draft that was tried out; guarded by `adopting`

  base::Status build();
  base::Status open_records();
  base::Status build_signalling();
  base::Status start_http();
  base::Status start_chores();
  base::Status think_of(const config::Config& next);
  base::Status open_back_office();
  base::Result<std::vector<std::string>> adopt(config::Config file);
  base::Status adopt_saved();
  base::Status look_at_saved();
  void watch_settings();
  base::Result<std::vector<std::string>> take_in_force(config::Config next, bool other_words);
  api::ReceptionistDesk receptionist_desk();
  base::Result<api::TrialReply> answer_trial(const api::TrialQuestion& question);
  base::Result<std::pair<config::Config, Brain>> drafted_brain(const profile::Profile& draft);
  base::Status take_lines();
  base::Status follow(const config::Config& before, const TrunkChanges& changes);
  bool by_lease(const config::Trunk& trunk) const { return shared.several && trunk.registers; }
  std::vector<std::string> leased_lines() const;
  void open_feed();
  std::shared_ptr<const web_call::Calls> web_calls() const;
  void wait_for_phrases() const;
  void rehearse();
  std::vector<api::LineStatus> lines() const;
  api::Health health() const;
};

base::Status Receptionist::Parts::build() {
  if (auto opened = open_records(); !opened) return opened;
  if (auto opened = open_back_office(); !opened) return opened;
  const auto first = config.get();
  auto engines = create_speech_engines(inference::ModelFiles::locate(first->server.models));
  if (!engines) return tl::unexpected(engines.error());
  speech = std::move(*engines);
  spdlog::info("{}", speech.turns_note);
  if (auto thought = think_of(*first); !thought) return thought;
  first_model = brains.back().model;
  auto music = hold_music_from(first->voice.hold_music);
  if (!music) return tl::unexpected(music.error());
  hold_music = std::move(*music);
  auto state = shared_state(first->storage);
  if (!state) return tl::unexpected(state.error());
  shared = std::move(*state);
  open_feed();
  watch_settings();
  if (auto built = build_signalling(); !built) return built;
  if (auto started = start_http(); !started) return started;
  if (auto started = start_chores(); !started) return started;
  wait_for_phrases();
  switchboard->open();
  rehearse();
  // Last: from here on the provider sends callers.
  return take_lines();
}

base::Status Receptionist::Parts::start_http() {
  trials = std::make_unique<LineTrials>(config);
  listening = listening_of(feed, *switchboard, back_office->office());
  speaking = speaking_of(feed, *switchboard, back_office->office());
  api::LineSources sources = line_sources(config);
  sources.try_out = [this](const api::TrialOrder& order) { return trials->start(order); };
  const auto first = config.get();
  const auto& server = first->server;
  const auto settings_changed = [this] {
    auto adopted = adopt_saved();
    (void)shared.fan_out->publish(kSettingsChannel, machine);
    return adopted;
  };
  voices =
      own_voices(*first, back_office->office(), *speech.stt, settings_changed, [bell = doorbell] { bell->ring(); });
  auto service =
      HttpService::start(http_options(server), database_location(*first),
                         {[this] { return health(); },
                          keys,
                          [this](const std::string& call, bool paused) {
                            return switchboard->tell_call(call, call::RecordingRequested{paused});
                          },
                          std::move(sources),
                          {door_of(back_office->authenticator(), &back_office->accounts()), feed, web_calls(),
                           std::make_shared<live::Tickets>(shared.cache, shared.counters), listening, speaking},
                          [this] { return config.get()->zone; },
                          server.requests_per_second,
                          back_office.get(),
                          settings_changed,
                          [this] { return screening_rules(*config.get(), diagnostics); },
                          [bell = doorbell] { bell->ring(); },
                          receptionist_desk(),
                          call_control(*switchboard, config),
                          [this] { return policy_of(config.get()->retention); },
                          tally,
                          server.metrics,
                          recording_place(server.data, recordings.get()),
                          voices});
  if (!service) return tl::unexpected(service.error());
  http = std::move(*service);
  return {};
}

base::Status Receptionist::Parts::start_chores() {
  const auto first = config.get();
  auto started =
      Chores::start(*first, {*back_office, doorbell, [this] { return lines(); },
                             [this] { return records->stats().last_error; }, shared.several ? shared.cache : nullptr,
                             machine, [this] { return config.get()->retention; }, recordings.get(), voices->jobs()});
  if (!started) return tl::unexpected(started.error());
  chores = std::move(*started);
  return {};
}

/// A line that is registered is registered by one machine; a provider that knows our addresses sends calls to all.
base::Status Receptionist::Parts::take_lines() {
  const std::lock_guard lock(adopting);
  const auto first = config.get();
  for (const auto& trunk : first->all_trunks)
    if (!by_lease(trunk))
      if (auto taken = user_agent->register_trunk(registration_of(trunk)); !taken) return taken;
  if (!shared.several) return {};
  cluster::LeaseKeeper::Options options;
  options.names = leased_lines();
  options.kind = "trunk";
  options.machine = machine;
  options.take = [this](const std::string& name) {
    const auto current = config.get();
    for (const auto& trunk : current->all_trunks)
      if (trunk.name == name) (void)user_agent->register_trunk(registration_of(trunk));
    spdlog::info("trunk {}: this machine registers it", name);
  };
  options.give_up = [this](const std::string& name) {
    const auto current = config.get();
    for (const auto& trunk : current->all_trunks)
      if (trunk.name == name && !by_lease(trunk)) return;  // it is this machine's again, without a lease
    (void)user_agent->remove_trunk(name);
    trunks.remove(name);
    spdlog::info("trunk {}: this machine does not register it any more", name);
  };
  leases = std::make_unique<cluster::LeaseKeeper>(shared.leases, std::move(options));
  return {};
}

std::vector<std::string> Receptionist::Parts::leased_lines() const {
  std::vector<std::string> names;
  const auto current = config.get();
  for (const auto& trunk : current->all_trunks)
    if (by_lease(trunk)) names.push_back(trunk.name);
  return names;
}

/// Under `adopting`, with the new configuration in force.
base::Status Receptionist::Parts::follow(const config::Config& before, const TrunkChanges& changes) {
  for (const auto& name : changes.gone) {
    if (auto removed = user_agent->remove_trunk(name); !removed) return removed;
    trunks.remove(name);
  }
  std::vector<std::string> renewed;
  for (const auto& trunk : changes.changed) {
    if (!by_lease(trunk)) {
      if (auto taken = user_agent->register_trunk(registration_of(trunk)); !taken) return taken;
      continue;
    }
    renewed.push_back(trunk.name);
    // Every machine had it without a lease; now only its holder may.
    const bool was_everywhere = std::any_of(before.all_trunks.begin(), before.all_trunks.end(),
                                            [&](const auto& old) { return old.name == trunk.name && !by_lease(old); });
    if (!was_everywhere) continue;
    if (auto removed = user_agent->remove_trunk(trunk.name); !removed) return removed;
    trunks.remove(trunk.name);
  }
  if (leases) leases->look_after(leased_lines(), renewed);
  return {};
}

void Receptionist::Parts::watch_settings() {
  SettingsWatch::Work work;
  work.write = [this](const SettingsWatch::States& states) {
    return write_line_states(back_office->office(), *config.get(), states);
  };
  if (shared.several) work.look = [this] { return look_at_saved(); };
  settings_watch = std::make_shared<SettingsWatch>(std::move(work));
  if (!shared.several) return;
  shared.fan_out->subscribe(kSettingsChannel,
                            [own = machine, weak = std::weak_ptr(settings_watch)](std::string_view who) {
                              if (const auto watch = weak.lock(); watch && who != own) watch->look_soon();
                            });
}

/// All that takes time before a configuration can answer calls: its model, and its sentences spoken.
base::Status Receptionist::Parts::think_of(const config::Config& next) {
  if (auto known = check_voice(next); !known) return known;
  auto created = create_brain(next, inference::ModelFiles::locate(next.server.models));
  if (!created) return tl::unexpected(created.error());
  speech.voices->prepare(fixed_phrases(next), {next.voice.name, next.voice.speed});
  std::erase_if(brains, [](const Brain& brain) { return brain.model.use_count() == 1; });
  brains.push_back(std::move(*created));
  return {};
}

base::Status Receptionist::Parts::open_back_office() {
  auto opened = BackOffice::open(from_file, master_keys);
  if (!opened) return tl::unexpected(opened.error());
  back_office = std::move(*opened);
  const auto saved = read_saved_settings(back_office->office());
  if (!saved) return tl::unexpected(saved.error());
  config.set(std::make_shared<const config::Config>(laid_over(from_file, *saved)));
  return {};
}

base::Result<std::vector<std::string>> Receptionist::Parts::adopt(config::Config file) {
  const std::lock_guard lock(adopting);
  const auto saved = read_saved_settings(back_office->office());
  if (!saved) return tl::unexpected(saved.error());
  auto waiting = take_in_force(laid_over(file, *saved), true);
  if (waiting) from_file = std::move(file);
  return waiting;
}

base::Status Receptionist::Parts::adopt_saved() {
  const std::lock_guard lock(adopting);
  const auto saved = read_saved_settings(back_office->office());
  if (!saved) return tl::unexpected(saved.error());
  auto next = laid_over(from_file, *saved);
  const bool other_words = says_otherwise(*config.get(), next);
  if (const auto waiting = take_in_force(std::move(next), other_words); !waiting)
    return tl::unexpected(waiting.error());
  return {};
}

/// What another machine saved. Before the lines are taken there is nothing to compare with.
base::Status Receptionist::Parts::look_at_saved() {
  const std::lock_guard lock(adopting);
  if (!leases) return {};
  const auto saved = read_saved_settings(back_office->office());
  if (!saved) return tl::unexpected(saved.error());
  trunks.set_elsewhere(saved->states);
  auto next = laid_over(from_file, *saved);
  const auto before = config.get();
  const bool other_words = says_otherwise(*before, next);
  const auto changes = trunk_changes(*before, next);
  if (!other_words && changes.gone.empty() && changes.changed.empty()) return {};
  if (const auto waiting = take_in_force(std::move(next), other_words); !waiting)
    return tl::unexpected(waiting.error());
  return {};
}

/// Made as the one that answers calls; kept while the draft stays as it is. Under `adopting`.
base::Result<std::pair<config::Config, Brain>> Receptionist::Parts::drafted_brain(const profile::Profile& draft) {
  auto settings = json::write(draft);
  if (!drafted || drafted->settings != settings) {
    auto saved = read_saved_settings(back_office->office());
    if (!saved) return tl::unexpected(saved.error());
    saved->receptionist.profile = draft;
    auto wanted = laid_over(from_file, *saved);
    auto created = create_brain(wanted, inference::ModelFiles::locate(wanted.server.models));
    if (!created) return tl::unexpected(created.error());
    drafted = Rehearsed{std::move(settings), std::move(wanted), std::move(*created)};
  }
  return std::pair(drafted->config, drafted->brain);
}

base::Result<api::TrialReply> Receptionist::Parts::answer_trial(const api::TrialQuestion& question) {
  std::unique_lock lock(adopting);
  if (!question.draft) {
    const auto model = brains.back().model;
    const auto current = config.get();
    lock.unlock();
    return try_conversation(*model, *current, question.said, base::wall_now());
  }
  const auto drafted_one = drafted_brain(*question.draft);
  lock.unlock();
  if (!drafted_one) return tl::unexpected(drafted_one.error());
  return try_conversation(*drafted_one->second.model, drafted_one->first, question.said, base::wall_now());
}

api::ReceptionistDesk Receptionist::Parts::receptionist_desk() {
  api::ReceptionistDesk desk;
  desk.file = [this] {
    const std::lock_guard lock(adopting);
    return from_file;
  };
  desk.in_force = [this] { return *config.get(); };
  desk.knows_voice = [](std::string_view voice) { return LocalVoices::knows(voice); };
  desk.ask = [this](const api::TrialQuestion& question) { return answer_trial(question); };
  desk.search = [this](const std::string& question, std::size_t limit) {
    std::shared_ptr<const local_llm::Dialogue> dialogue;
    {
      const std::lock_guard lock(adopting);
      dialogue = brains.back().dialogue;
    }
    std::vector<api::FoundPassage> found;
    for (auto& each : dialogue->nearest(question, limit))
      found.push_back({std::move(each.source), std::move(each.text), static_cast<double>(each.score), each.answers});
    return base::Result<std::vector<api::FoundPassage>>(std::move(found));
  };
  desk.speak = [this](const std::string& voice, double speed, const std::string& text) {
    return try_voice(speech.voices->tts(), {voice, speed}, text);
  };
  desk.neural_voices = LocalVoices::neural();
  return desk;
}

/// Under `adopting`. `other_words`: than before may be known and said, which takes seconds to prepare.
base::Result<std::vector<std::string>> Receptionist::Parts::take_in_force(config::Config next, bool other_words) {
  const auto before = config.get();
  if (other_words)
    if (auto thought = think_of(next); !thought) return tl::unexpected(thought.error());
  const auto waiting = waits_for_restart(*before, next);
  const auto after = std::make_shared<const config::Config>(std::move(next));
  switchboard->reach_outside_by(outside_servers(after->server));
  switchboard->adopt(call_policy(after, diagnostics, brains.back().model));
  config.set(after);
  if (other_words) {
    drafted.reset();  // what it was laid over has changed
    rehearse();
  }
  if (auto loaded = http->reload_certificate(); !loaded) spdlog::error("{}", loaded.error().message);
  if (auto followed = follow(*before, trunk_changes(*before, *after)); !followed)
    return tl::unexpected(followed.error());
  return waiting;
}

base::Status Receptionist::Parts::open_records() {
  const auto first = config.get();
  const auto& wanted = first->recording;
  std::error_code error;
  std::filesystem::create_directories(first->server.data, error);
  if (error)
    return base::fail(base::ErrorCode::failed_precondition, "data",
                      "cannot create the data folder " + first->server.data + ": " + error.message());
  auto found = MasterKeys::open(first->server.data, master_keys_of_environment());
  if (!found) return tl::unexpected(found.error());
  master_keys = std::move(*found);
  keys = master_keys->ring();
  records::RecordKeeperOptions options;
  options.storage.format =
      wanted.format == config::RecordingFormat::opus ? recording::Format::opus : recording::Format::wav;
  if (wanted.encrypt) options.storage.keys = keys;
  options.keep_days = first->storage.s3_bucket.empty() ? wanted.keep_days : 0;  // else the archive's work
  options.witness = call_news(keys, doorbell);
  options.keys = keys;
  options.words = words_of(keys);
  auto keeper = records::RecordKeeper::start(database_location(*first), std::move(options));
  if (!keeper) return tl::unexpected(keeper.error());
  records = std::move(*keeper);
  for (const auto& call : records->mended())
    spdlog::warn("call {} was interrupted when the program last stopped", call);
  for (const auto& file : records->unreadable())
    spdlog::error("rows that waited for the database cannot be read: {}", file);
  auto kept = RecordingStore::open(*first, keys);
  if (!kept) return tl::unexpected(kept.error());
  recordings = std::move(*kept);
  return {};
}

void Receptionist::Parts::open_feed() {
  live::FeedOptions options;
  if (shared.several) options.fan_out = shared.fan_out;
  options.machine = machine;
  options.still_welcome = door_of(back_office->authenticator(), &back_office->accounts()).still_welcome;
  options.running = [this](const std::string& call) { return switchboard && switchboard->running(call); };
  feed = std::make_shared<live::Feed>(std::move(options));
  tap = std::make_unique<live::Tap>(
      *records, std::string(store::kLocalOrganisation),
      [to = feed](live::Observation seen) { to->observe(std::move(seen)); }, tally.get());
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

base::Status Receptionist::Parts::build_signalling() {
  const auto first = config.get();
  const auto servers = outside_servers(first->server);
  auto wanted = switchboard_options(*first);
  wanted.observer = tap.get();
  switchboard = std::make_unique<runtime::Switchboard>(
      std::move(wanted), call_policy(first, diagnostics, brains.back().model),
      runtime::Engines{*speech.vad, *speech.stt, speech.voices->tts(), *first_model, speech.turns.get(), hold_music},
      *tap);
  switchboard->reach_outside_by(servers);
  switchboard->on_trunk = [this](const std::string& trunk, const sip::RegistrationStatus& status) {
    // The same is reported again and again, so that the page is fresh.
    if (!trunks.set(trunk, status, base::monotonic_now(), base::wall_now())) return;
    spdlog::info("trunk {}: {}", trunk, status.explanation);
    // A machine that lets a line go must not write over what the next one says.
    if (!shared.several || status.state != sip::RegistrationState::unregistered)
      settings_watch->line_is(trunk, state_name(status.state));
  };
  sip::UserAgentOptions options;
  options.listen = first->server.sip;
  // So many that the switchboard, which knows why, turns callers away, and not the user agent.
  options.max_dialogs = std::max(options.max_dialogs, 2 * static_cast<std::size_t>(first->limits.max_calls) + 200);
  options.nat = nat_options(first->server, servers.stun);
  options.direct_caller = [this](const base::Endpoint& source) {
    return source.is_loopback() || contains(config.get()->server.direct_callers, source);
  };
  auto started = sip::UserAgent::start(options, *switchboard);
  if (!started) return tl::unexpected(started.error());
  user_agent = std::move(*started);
  switchboard->attach(*user_agent);
  outside_watch = std::make_unique<OutsideWatch>(
      config, [this](runtime::OutsideServers now) { switchboard->reach_outside_by(std::move(now)); });
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
  const auto voice = config.get()->voice;
  rehearsal.reset();
  rehearsal = std::make_unique<Rehearsal>(RehearsalPlan{brains.back().foreseeable_replies,
                                                        [this] { return switchboard->stats().calls > 0; },
                                                        [this, voice](const auto& clauses) {
                                                          speech.voices->prepare(clauses, {voice.name, voice.speed});
                                                        }});
}

/// All that are configured, in their order; those of which nothing is known yet too.
std::vector<api::LineStatus> Receptionist::Parts::lines() const {
  const auto known = trunks.all();
  const auto elsewhere = trunks.elsewhere();
  const auto now = base::monotonic_now();
  std::vector<api::LineStatus> out;
  const auto current = config.get();
  for (const auto& trunk : current->all_trunks) {
    const auto found = known.find(trunk.name);
    const bool here = found != known.end() && found->second.status.state != sip::RegistrationState::unregistered;
    if (by_lease(trunk) && !here) {
      const auto state = elsewhere.find(trunk.name);
      out.push_back({trunk.name,
                     state == elsewhere.end() ? "registering" : state->second,
                     "Another machine registers it.",
                     base::wall_now(),
                     {},
                     true});
      continue;
    }
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
  auto parts = std::make_unique<Parts>(std::move(config), diagnostics);
  std::unique_ptr<Receptionist> receptionist(new Receptionist(std::move(parts)));
  if (auto built = receptionist->parts_->build(); !built) return tl::unexpected(built.error());
  return receptionist;
}

base::Result<std::vector<std::string>> Receptionist::adopt(config::Config config) {
  parts_->back_office->key_rotation().look(base::wall_now(), [this] { parts_->doorbell->ring(); });
  return parts_->adopt(std::move(config));
}

std::optional<base::Secret> Receptionist::first_owner_token() {
  return parts_->back_office->first_owner_token();
}

Receptionist::Addresses Receptionist::addresses() const {
  const auto https = parts_->http->tls_address();
  return {parts_->user_agent->udp(), parts_->http->address(), https.port == 0 ? std::nullopt : std::optional(https)};
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
  parts.outside_watch.reset();
  if (parts.http) parts.http->stop();
  if (parts.settings_watch) parts.settings_watch->stop();
  parts.leases.reset();
  parts.chores.reset();
  parts.trials.reset();
  if (parts.switchboard && parts.user_agent) {
    parts.switchboard->drain("the receptionist is being stopped");
    const auto give_up = std::chrono::steady_clock::now() + kDrainLimit;
    while (parts.switchboard->stats().calls > 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(kPollEvery);
  }
  if (parts.user_agent) parts.user_agent->stop();
  if (parts.listening) parts.listening->stop();
  if (parts.speaking) parts.speaking->stop();
  if (parts.feed) parts.feed->stop();  // it asks the switchboard
  parts.switchboard.reset();           // shards first: they use everything below
  parts.user_agent.reset();
  parts.drafted.reset();
  parts.brains.clear();
  parts.first_model.reset();
  parts.records.reset();
  parts.recordings.reset();
}

}  // namespace frontdesk::app
