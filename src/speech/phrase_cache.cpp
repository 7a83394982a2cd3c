#include "speech/phrase_cache.hpp"

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <tuple>

#include "base/assert.hpp"

namespace frontdesk::speech {
namespace {

using base::RequestId;

using Key = std::tuple<std::string, double, int, std::string>;  // voice, its speed, rate, text

Key key_of(const SynthesisRequest& request) {
  return {request.voice.name, request.voice.speed, request.sample_rate, request.text};
}

/// A pump is between two calls that never block, so this is long.
constexpr auto kPumpPatience = std::chrono::seconds(10);

using Sound = std::shared_ptr<const audio::Pcm>;

}  // namespace

struct PhraseCache::State : std::enable_shared_from_this<PhraseCache::State> {
  /// Passes a miss through and keeps a copy of what was said.
  class Recording;

  State(TextToSpeech& engine, PhraseCacheOptions o) : inner(engine), options(std::move(o)) {}

  TextToSpeech& inner;
  const PhraseCacheOptions options;
  mutable std::mutex mutex;
  std::list<std::pair<Key, Sound>> phrases;  ///< most recently used first
  std::map<Key, decltype(phrases)::iterator> places;
  std::size_t bytes = 0;
  std::map<RequestId, std::shared_ptr<Recording>> recordings;
  std::deque<SynthesisRequest> to_prepare;
  bool preparing = false;  ///< one request of prepare() is with the engine
  bool pumping = false;    ///< prepare_next() is on some thread's stack
  std::condition_variable pumped;
  PhraseCacheStats stats;

  Sound find(const Key& key);
  void keep(const Key& key, audio::Pcm pcm);
  std::shared_ptr<Recording> finish(RequestId id);
  void prepare_next();
};

class PhraseCache::State::Recording final : public TtsSink {
 public:
  Recording(std::shared_ptr<State> state, const SynthesisRequest& request, TtsSink* listener)
      : state_(std::move(state)), key_(key_of(request)), listener_(listener) {}

  void on_audio(RequestId request, audio::Pcm pcm) override {
    pcm_.insert(pcm_.end(), pcm.begin(), pcm.end());
    if (listener_ != nullptr) listener_->on_audio(request, std::move(pcm));
  }
  void on_synthesis_done(RequestId request, base::Duration engine_time) override {
    const auto self = end(request);
    state_->keep(key_, std::move(pcm_));
    if (listener_ != nullptr) return listener_->on_synthesis_done(request, engine_time);
    state_->prepare_next();
  }
  void on_synthesis_failed(RequestId request, const base::Error& error) override {
    const auto self = end(request);
    if (listener_ != nullptr) return listener_->on_synthesis_failed(request, error);
    state_->prepare_next();
  }

 private:
  /// Keeps this object alive until the event has been handled.
  std::shared_ptr<Recording> end(RequestId request) {
    auto self = state_->finish(request);
    if (listener_ == nullptr) {
      const std::lock_guard lock(state_->mutex);
      state_->preparing = false;
    }
    return self;
  }

  const std::shared_ptr<State> state_;
  const Key key_;
  TtsSink* const listener_;  ///< null when preparing
  audio::Pcm pcm_;
};

Sound PhraseCache::State::find(const Key& key) {
  const std::lock_guard lock(mutex);
  const auto found = places.find(key);
  if (found == places.end()) {
    ++stats.misses;
    return nullptr;
  }
  ++stats.hits;
  phrases.splice(phrases.begin(), phrases, found->second);
  return found->second->second;
}

void PhraseCache::State::keep(const Key& key, audio::Pcm pcm) {
  const auto size = pcm.size() * sizeof(audio::Sample);
  const std::lock_guard lock(mutex);
  if (size > options.max_bytes || places.contains(key)) return;
  phrases.emplace_front(key, std::make_shared<const audio::Pcm>(std::move(pcm)));
  places.emplace(key, phrases.begin());
  bytes += size;
  while (bytes > options.max_bytes) {
    bytes -= phrases.back().second->size() * sizeof(audio::Sample);
    places.erase(phrases.back().first);
    phrases.pop_back();
    ++stats.evicted;
  }
}

std::shared_ptr<PhraseCache::State::Recording> PhraseCache::State::finish(RequestId id) {
  const std::lock_guard lock(mutex);
  const auto found = recordings.find(id);
  if (found == recordings.end()) return nullptr;
  auto recording = found->second;
  recordings.erase(found);
  return recording;
}

/// A loop, not a recursion: an engine may answer before start() returns.
void PhraseCache::State::prepare_next() {
  std::unique_lock lock(mutex);
  if (pumping) return;
  pumping = true;
  while (!preparing && !to_prepare.empty()) {
    const auto request = to_prepare.front();
    to_prepare.pop_front();
    if (places.contains(key_of(request))) continue;
    preparing = true;
    auto recording = std::make_shared<Recording>(shared_from_this(), request, nullptr);
    recordings.emplace(request.id, recording);
    lock.unlock();
    inner.start(request, *recording);
    lock.lock();
  }
  pumping = false;
  pumped.notify_all();
}

PhraseCache::PhraseCache(TextToSpeech& inner, PhraseCacheOptions options)
    : state_(std::make_shared<State>(inner, std::move(options))) {}

PhraseCache::~PhraseCache() {
  std::map<RequestId, std::shared_ptr<State::Recording>> open;
  {
    std::unique_lock lock(state_->mutex);
    state_->to_prepare.clear();
    state_->pumped.wait_for(lock, kPumpPatience, [this] { return !state_->pumping; });
    open = state_->recordings;
  }
  for (const auto& [id, recording] : open) state_->inner.cancel(id);
  const std::lock_guard lock(state_->mutex);
  state_->recordings.clear();
}

void PhraseCache::start(const SynthesisRequest& request, TtsSink& sink) {
  if (request.text.size() > state_->options.longest_text) return state_->inner.start(request, sink);
  if (const auto sound = state_->find(key_of(request))) {
    if (!sound->empty()) sink.on_audio(request.id, *sound);
    return sink.on_synthesis_done(request.id, base::Duration{0});
  }
  auto recording = std::make_shared<State::Recording>(state_, request, &sink);
  {
    const std::lock_guard lock(state_->mutex);
    state_->recordings.insert_or_assign(request.id, recording);
  }
  state_->inner.start(request, *recording);
}

void PhraseCache::cancel(RequestId request) {
  state_->inner.cancel(request);
  state_->finish(request);
}

void PhraseCache::prepare(const std::vector<std::string>& texts, const VoiceId& voice, int sample_rate) {
  FRONTDESK_ASSERT(state_->options.new_id != nullptr);
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& text : texts) {
      SynthesisRequest request;
      request.text = text;
      request.voice = voice;
      request.sample_rate = sample_rate;
      if (text.size() > state_->options.longest_text || state_->places.contains(key_of(request))) continue;
      request.id = state_->options.new_id();
      state_->to_prepare.push_back(std::move(request));
    }
  }
  state_->prepare_next();
}

bool PhraseCache::holds(const SynthesisRequest& request) const {
  const std::lock_guard lock(state_->mutex);
  return state_->places.contains(key_of(request));
}

PhraseCacheStats PhraseCache::stats() const {
  const std::lock_guard lock(state_->mutex);
  auto stats = state_->stats;
  stats.phrases = state_->phrases.size();
  stats.bytes = state_->bytes;
  stats.preparing = state_->to_prepare.size() + (state_->preparing ? 1 : 0);
  return stats;
}

}  // namespace frontdesk::speech
