#include "speech/overload_voice.hpp"

#include <map>
#include <mutex>

namespace frontdesk::speech {

using base::RequestId;

struct OverloadVoice::State : std::enable_shared_from_this<OverloadVoice::State> {
  /// Listens to the primary and hands a request that fails silently to the secondary.
  class Relay;

  State(TextToSpeech& good, TextToSpeech& cheap, OverloadVoiceOptions o)
      : primary(good), secondary(cheap), options(std::move(o)) {}

  TextToSpeech& primary;
  TextToSpeech& secondary;
  const OverloadVoiceOptions options;
  mutable std::mutex mutex;
  std::map<RequestId, std::shared_ptr<Relay>> relays;
  OverloadVoiceStats stats;

  std::shared_ptr<Relay> finish(RequestId id) {
    const std::lock_guard lock(mutex);
    const auto found = relays.find(id);
    if (found == relays.end()) return nullptr;
    auto relay = found->second;
    relays.erase(found);
    return relay;
  }
  void count(std::uint64_t OverloadVoiceStats::*counter) {
    const std::lock_guard lock(mutex);
    ++(stats.*counter);
  }
  void start_secondary(SynthesisRequest request, TtsSink& sink) {
    request.voice = options.secondary_voice;
    secondary.start(request, sink);
  }
};

class OverloadVoice::State::Relay final : public TtsSink {
 public:
  Relay(std::shared_ptr<State> state, const SynthesisRequest& request, TtsSink& listener)
      : state_(std::move(state)), request_(request), listener_(listener) {}

  void on_audio(RequestId request, audio::Pcm pcm) override {
    heard_ = true;
    listener_.on_audio(request, std::move(pcm));
  }
  void on_synthesis_done(RequestId request, base::Duration engine_time) override {
    const auto self = state_->finish(request);
    listener_.on_synthesis_done(request, engine_time);
  }
  void on_synthesis_failed(RequestId request, const base::Error& error) override {
    const auto self = state_->finish(request);
    // Half a sentence is not begun again, and a text that is wrong for one engine is wrong for both.
    if (heard_ || error.code == base::ErrorCode::invalid_argument) return listener_.on_synthesis_failed(request, error);
    state_->count(&OverloadVoiceStats::failed);
    state_->start_secondary(request_, listener_);
  }

 private:
  const std::shared_ptr<State> state_;
  const SynthesisRequest request_;
  TtsSink& listener_;
  bool heard_ = false;
};

OverloadVoice::OverloadVoice(TextToSpeech& primary, TextToSpeech& secondary, OverloadVoiceOptions options)
    : state_(std::make_shared<State>(primary, secondary, std::move(options))) {}

OverloadVoice::~OverloadVoice() {
  std::map<RequestId, std::shared_ptr<State::Relay>> open;
  {
    const std::lock_guard lock(state_->mutex);
    open.swap(state_->relays);
  }
  for (const auto& [id, relay] : open) cancel(id);
}

void OverloadVoice::start(const SynthesisRequest& request, TtsSink& sink) {
  const auto& options = state_->options;
  if (options.expected_wait && options.expected_wait(request) > options.longest_wait) {
    state_->count(&OverloadVoiceStats::overloaded);
    return state_->start_secondary(request, sink);
  }
  state_->count(&OverloadVoiceStats::primary);
  auto relay = std::make_shared<State::Relay>(state_, request, sink);
  {
    const std::lock_guard lock(state_->mutex);
    state_->relays.insert_or_assign(request.id, relay);
  }
  state_->primary.start(request, *relay);
}

void OverloadVoice::cancel(RequestId request) {
  // In this order: a failure that the primary is delivering now may still start the secondary.
  state_->primary.cancel(request);
  state_->secondary.cancel(request);
  state_->finish(request);
}

OverloadVoiceStats OverloadVoice::stats() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stats;
}

}  // namespace frontdesk::speech
