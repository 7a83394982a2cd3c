#include "app/speech_engines.hpp"

#include <atomic>
#include <charconv>
#include <thread>

#include "providers/local_stt/moonshine_stt.hpp"
#include "providers/local_tts/flite_tts.hpp"
#include "providers/local_tts/vits_model.hpp"
#include "providers/local_tts/vits_tts.hpp"
#include "providers/local_tts/voice_router.hpp"
#include "providers/local_vad/silero_vad.hpp"
#include "providers/prosody_turn/prosody_turn.hpp"
#include "providers/smart_turn/smart_turn.hpp"

namespace frontdesk::app {
namespace {

constexpr std::size_t kWorkerQueue = 256;
// Ids of phrases synthesised ahead; far above those of calls (runtime/call_number.hpp).
constexpr base::RequestId kFirstPhraseRequest = 1ULL << 62;

}  // namespace

struct LocalVoices::State {
  std::unique_ptr<local_tts::VitsTts> vits;
  std::unique_ptr<local_tts::FliteTts> flite;
  std::atomic<base::RequestId> next_phrase{kFirstPhraseRequest};
  // Below the switch between them: what flite said in a hurry must not be remembered as the good voice.
  std::unique_ptr<speech::PhraseCache> neural;
  std::unique_ptr<speech::PhraseCache> plain;
  std::unique_ptr<speech::OverloadVoice> overload;
  std::unique_ptr<local_tts::VoiceRouter> router;
};

LocalVoices::LocalVoices(std::unique_ptr<State> state) : state_(std::move(state)) {}
LocalVoices::~LocalVoices() = default;

base::Result<std::unique_ptr<LocalVoices>> LocalVoices::create(const inference::ModelFiles& models,
                                                               inference::WorkerPool& pool) {
  auto state = std::make_unique<State>();
  auto vits = local_tts::VitsTts::create(models, pool);
  if (!vits) return tl::unexpected(vits.error());
  auto flite = local_tts::FliteTts::create(pool);
  if (!flite) return tl::unexpected(flite.error());
  state->vits = std::move(*vits);
  state->flite = std::move(*flite);
  speech::PhraseCacheOptions cache;
  cache.new_id = [raw = state.get()] { return raw->next_phrase++; };
  state->neural = std::make_unique<speech::PhraseCache>(*state->vits, cache);
  state->plain = std::make_unique<speech::PhraseCache>(*state->flite, cache);
  speech::OverloadVoiceOptions overload;
  overload.expected_wait = [&pool, said = state->neural.get()](const speech::SynthesisRequest& request) {
    return said->holds(request) ? base::Duration{0} : pool.expected_wait(request.deadline);
  };
  overload.secondary_voice = {"flite:slt"};
  state->overload = std::make_unique<speech::OverloadVoice>(*state->neural, *state->plain, std::move(overload));
  state->router = std::make_unique<local_tts::VoiceRouter>(*state->overload, *state->plain);
  return std::unique_ptr<LocalVoices>(new LocalVoices(std::move(state)));
}

speech::TextToSpeech& LocalVoices::tts() {
  return *state_->router;
}

bool LocalVoices::knows(std::string_view voice) {
  constexpr std::string_view kNeural = "libritts:";
  if (voice == "flite:slt" || voice == "flite:kal") return true;
  if (!voice.starts_with(kNeural)) return false;
  const auto number = voice.substr(kNeural.size());
  int speaker = -1;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), speaker);
  return read.ec == std::errc{} && read.ptr == number.data() + number.size() && speaker >= 0 &&
         speaker < local_tts::kVitsSpeakers;
}

int LocalVoices::neural() {
  return local_tts::kVitsSpeakers;
}

void LocalVoices::prepare(const std::vector<std::string>& phrases, const speech::VoiceId& voice) {
  auto& cache = voice.name.starts_with("flite:") ? state_->plain : state_->neural;
  cache->prepare(phrases, voice, audio::kTelephoneRate);
}

bool LocalVoices::prepared() const {
  return state_->neural->stats().preparing == 0 && state_->plain->stats().preparing == 0;
}
speech::PhraseCacheStats LocalVoices::cache_stats() const {
  return state_->neural->stats();
}
speech::OverloadVoiceStats LocalVoices::overload_stats() const {
  return state_->overload->stats();
}

namespace {

/// Never fails: a turn detector makes calls smoother, but none is refused for want of one.
void choose_turn_detector(const inference::ModelFiles& models, SpeechEngines& engines) {
  auto model = smart_turn::create(models, *engines.pool);
  if (model && *model) {
    engines.turns = std::move(*model);
    engines.turns_note = "pauses are judged by words and the smart-turn model";
    return;
  }
  engines.turns = prosody_turn::create();
  engines.turns_note = model ? "no turn-detection model installed: pauses are judged by words and melody"
                             : model.error().message + ". Until then pauses are judged by words and melody";
}

}  // namespace

base::Result<SpeechEngines> create_speech_engines(const inference::ModelFiles& models) {
  SpeechEngines engines;
  inference::WorkerPoolOptions workers;
  workers.threads = std::max(1U, std::thread::hardware_concurrency());
  workers.queue_capacity = kWorkerQueue;
  engines.pool = std::make_unique<inference::WorkerPool>(workers);
  auto vad = local_vad::SileroVad::create(models);
  if (!vad) return tl::unexpected(vad.error());
  auto stt = local_stt::MoonshineStt::create(models, *engines.pool);
  if (!stt) return tl::unexpected(stt.error());
  auto voices = LocalVoices::create(models, *engines.pool);
  if (!voices) return tl::unexpected(voices.error());
  engines.vad = std::move(*vad);
  engines.stt = std::move(*stt);
  engines.voices = std::move(*voices);
  choose_turn_detector(models, engines);
  return engines;
}

}  // namespace frontdesk::app
