#include "stub_engines/stub_server.hpp"

#include <poll.h>

#include <atomic>
#include <thread>

#include "app/call_plans.hpp"
#include "app/http_service.hpp"
#include "app/sample_business.hpp"
#include "base/clock.hpp"
#include "config/config.hpp"
#include "fallback/timer_thread.hpp"
#include "inference/worker_pool.hpp"
#include "llm/fallback_chat.hpp"
#include "providers/local_llm/dialogue.hpp"
#include "providers/local_llm/local_model.hpp"
#include "providers/local_llm/text_embedder.hpp"
#include "providers/local_tts/flite_tts.hpp"
#include "providers/local_vad/silero_vad.hpp"
#include "records/record_keeper.hpp"
#include "runtime/switchboard.hpp"
#include "sip/user_agent.hpp"
#include "speech/fallback_stt.hpp"
#include "speech/fallback_voice.hpp"
#include "speech/phrase_cache.hpp"
#include "stub_engines/stub_chat.hpp"
#include "stub_engines/stub_stt.hpp"
#include "stub_engines/stub_tts.hpp"

namespace frontdesk::stub_engines {
namespace {

constexpr auto kDrainLimit = std::chrono::seconds(3);
constexpr int kPollMs = 10;
constexpr std::size_t kWorkers = 2;
constexpr base::Duration kRetryAfter = base::seconds(5);  // what a stub asks for with its 429
// Ids of tries; far above those of calls (runtime/call_number.hpp).
constexpr base::RequestId kFirstTry = 1ULL << 61;

base::Duration retry_after(const base::Error& error) {
  return error.detail == kTooManyRequests ? kRetryAfter : base::Duration{0};
}

runtime::SwitchboardOptions switchboard_options(const ServerOptions& options) {
  runtime::SwitchboardOptions out;
  out.shards = static_cast<int>(std::max(1U, std::thread::hardware_concurrency() - 1));
  out.rtp_address = options.sip;
  out.rtp_first = options.rtp_first;
  out.rtp_last = options.rtp_last;
  return out;
}

std::shared_ptr<const runtime::CallPolicy> call_policy(const ServerOptions& options, runtime::PlanCall plan) {
  runtime::CallPolicy out;
  out.screening.reach.diagnostics = true;
  out.capacity.max_calls = options.max_calls;
  out.plan = std::move(plan);
  return std::make_shared<const runtime::CallPolicy>(std::move(out));
}

}  // namespace

struct StubServer::Parts {
  explicit Parts(const ServerOptions& o)
      : options(o),
        stt(timer, o.stt.delay, o.stt.fault),
        chat(timer, o.llm.delay, o.llm.fault),
        tts(timer, o.tts.delay, o.tts.fault),
        second_stt(timer, o.stt.delay, {}),
        pool({.threads = kWorkers}) {}

  const ServerOptions options;
  const base::Instant since = base::monotonic_now();
  std::shared_ptr<const config::Config> config;
  StubStt stt;
  StubChat chat;
  StubTts tts;
  StubStt second_stt;
  inference::WorkerPool pool;
  std::unique_ptr<local_llm::LocalModel> brain;
  std::unique_ptr<speech::TextToSpeech> flite;
  fallback::TimerThread timer;  // goes before the engines above: its tasks use them
  std::atomic<base::RequestId> next_try{kFirstTry};
  std::unique_ptr<speech::PhraseCache> phrases;
  std::unique_ptr<speech::FallbackSpeechToText> stt_chain;
  std::unique_ptr<llm::FallbackChat> chat_chain;
  std::unique_ptr<speech::FallbackVoice> voice_chain;
  std::unique_ptr<speech::VoiceActivityDetector> vad;
  std::unique_ptr<records::RecordKeeper> records;
  std::unique_ptr<runtime::Switchboard> switchboard;
  std::unique_ptr<sip::UserAgent> user_agent;
  std::unique_ptr<app::HttpService> http;

  base::Status build();
  base::Status build_secondaries();
  void build_chains();
  base::Status build_signalling();
  api::Health health() const;
};

/// The local engines of the product.
base::Status StubServer::Parts::build_secondaries() {
  const auto models = inference::ModelFiles::locate({});
  auto embedder = local_llm::TextEmbedder::load((models.folder() / "use-lite").string());
  if (!embedder) return tl::unexpected(embedder.error());
  auto business = std::make_shared<const knowledge::Business>(config->business);
  brain = std::make_unique<local_llm::LocalModel>(
      std::make_shared<const local_llm::Dialogue>(std::move(business), config->zone, std::move(*embedder)));
  auto plain = local_tts::FliteTts::create(pool);
  if (!plain) return tl::unexpected(plain.error());
  flite = std::move(*plain);
  return {};
}

void StubServer::Parts::build_chains() {
  const auto new_id = [this] { return next_try++; };
  // As in the product: what is always the same was synthesised before anything went wrong.
  phrases = std::make_unique<speech::PhraseCache>(tts, speech::PhraseCacheOptions{.new_id = new_id});
  phrases->prepare(app::fixed_phrases(*config), {config->voice.name, config->voice.speed}, audio::kTelephoneRate);
  tts.begin_delays();
  std::vector<speech::SttProvider> recognisers{{stt, "stub"}};
  std::vector<llm::ChatProvider> models{{chat, "stub", {}}};
  std::vector<speech::VoiceProvider> voices{{*phrases, "stub", {}}};
  voices.front().at_hand = [this](const speech::SynthesisRequest& request) { return phrases->holds(request); };
  if (options.secondary) {
    recognisers.push_back({second_stt, "second stub"});
    models.push_back({*brain, "local", {}});
    voices.push_back({*flite, "flite", {"flite:slt"}});
  }
  const fallback::ChainOptions chain{.timer = &timer, .new_id = new_id, .retry_after = retry_after};
  stt_chain = std::make_unique<speech::FallbackSpeechToText>(std::move(recognisers), chain);
  chat_chain = std::make_unique<llm::FallbackChat>(std::move(models), chain);
  voice_chain = std::make_unique<speech::FallbackVoice>(std::move(voices), chain);
}

base::Status StubServer::Parts::build() {
  auto parsed = config::parse_config(app::sample_business(), "(sample business)", {});
  if (!parsed) return base::fail(base::ErrorCode::internal, "stub", config::describe(parsed.error().front()));
  config = std::make_shared<const config::Config>(std::move(*parsed));
  if (options.secondary)
    if (auto built = build_secondaries(); !built) return built;
  build_chains();
  auto detector = local_vad::SileroVad::create(inference::ModelFiles::locate({}));
  if (!detector) return tl::unexpected(detector.error());
  vad = std::move(*detector);
  auto keeper = records::RecordKeeper::start(options.data);
  if (!keeper) return tl::unexpected(keeper.error());
  records = std::move(*keeper);
  if (auto built = build_signalling(); !built) return built;
  auto service = app::HttpService::start(
      {.listen = options.http}, options.data.string(),
      {.health = [this] { return health(); }, .keys = nullptr, .pause_recording = {}, .lines = {}});
  if (!service) return tl::unexpected(service.error());
  http = std::move(*service);
  switchboard->open();
  return {};
}

base::Status StubServer::Parts::build_signalling() {
  switchboard = std::make_unique<runtime::Switchboard>(
      switchboard_options(options), call_policy(options, app::make_call_plans(config, nullptr)),
      runtime::Engines{*vad, *stt_chain, *voice_chain, *chat_chain}, *records);
  sip::UserAgentOptions signalling;
  signalling.listen = options.sip;
  signalling.max_dialogs = std::max(signalling.max_dialogs, 2 * options.max_calls);
  auto started = sip::UserAgent::start(signalling, *switchboard);
  if (!started) return tl::unexpected(started.error());
  user_agent = std::move(*started);
  switchboard->attach(*user_agent);
  return {};
}

api::Health StubServer::Parts::health() const {
  const auto calls = switchboard->stats();
  api::Health health;
  health.build = "stub engines";
  health.uptime = base::monotonic_now() - since;
  health.calls_now = static_cast<std::int64_t>(calls.calls);
  health.calls_accepted = static_cast<std::int64_t>(calls.accepted);
  health.calls_refused = static_cast<std::int64_t>(calls.refused + calls.turned_away);
  health.sip_address = "sip:reception@" + base::to_string(user_agent->udp());
  health.tick_late_p99_ms = calls.tick_late_p99_ms;
  const auto kept = records->stats();
  health.records_waiting = static_cast<std::int64_t>(kept.queued);
  health.records_problem = kept.last_error;
  return health;
}

StubServer::StubServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
StubServer::~StubServer() {
  stop();
}

base::Result<std::unique_ptr<StubServer>> StubServer::start(const ServerOptions& options) {
  std::unique_ptr<StubServer> server(new StubServer(std::make_unique<Parts>(options)));
  if (auto built = server->parts_->build(); !built) return tl::unexpected(built.error());
  return server;
}

StubServer::Addresses StubServer::addresses() const {
  return {parts_->user_agent->udp(), parts_->http->address()};
}

void StubServer::stop() {
  auto& parts = *parts_;
  if (parts.http) parts.http->stop();
  if (parts.switchboard && parts.user_agent) {
    parts.switchboard->drain("the server is being stopped");
    const auto give_up = std::chrono::steady_clock::now() + kDrainLimit;
    while (parts.switchboard->stats().calls > 0 && std::chrono::steady_clock::now() < give_up)
      poll(nullptr, 0, kPollMs);
  }
  if (parts.user_agent) parts.user_agent->stop();
  parts.switchboard.reset();  // shards first: they use everything below
  parts.user_agent.reset();
  parts.records.reset();
}

}  // namespace frontdesk::stub_engines
