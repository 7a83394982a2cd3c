#include "speech/fallback_voice.hpp"

#include "fallback/answer_text.hpp"

namespace frontdesk::speech {
namespace {

using base::RequestId;
using fallback::Failure;
using fallback::Step;

base::Error no_sound() {
  return {base::ErrorCode::data_loss, "tts", "the voice made no sound", base::Retry::now, 0};
}

fallback::LadderOptions ladder_of_voices(const std::vector<VoiceProvider>& chain, fallback::ChainOptions options) {
  auto ladder = fallback::ladder_of(chain, std::move(options));
  ladder.rejection_is_final = true;  // a text that is wrong for one voice is wrong for all
  return ladder;
}

}  // namespace

struct FallbackVoice::State {
  State(std::vector<VoiceProvider> c, fallback::ChainOptions options)
      : chain(std::move(c)), ladder(ladder_of_voices(chain, std::move(options))) {}
  const std::vector<VoiceProvider> chain;
  fallback::Ladder ladder;  // goes first: it cancels what is open

  SynthesisRequest request_to(std::size_t provider, SynthesisRequest request) const {
    if (const auto& own = chain[provider].speaks_as; !own.name.empty()) request.voice = own;
    return request;
  }
};

class FallbackVoice::Request final : public fallback::Job, public TtsSink {
 public:
  Request(State& state, SynthesisRequest request, TtsSink& listener)
      : state_(state),
        request_(std::move(request)),
        speakable_(fallback::kind_of(request_.text) == fallback::TextKind::words),
        listener_(listener) {}

  void on_audio(RequestId attempt, audio::Pcm pcm) override {
    Step step(state_.ladder, *this, attempt);
    if (!step || pcm.empty()) return;
    step.delivered();
    listener_.on_audio(request_.id, std::move(pcm));
  }

  void on_synthesis_done(RequestId attempt, base::Duration engine_time) override {
    Step step(state_.ladder, *this, attempt);
    if (!step) return;
    // A dash or three dots have no sound in any voice.
    if (!step.committed() && speakable_) return step.failed(Failure::empty, no_sound());
    step.finished();
    listener_.on_synthesis_done(request_.id, engine_time);
  }

  void on_synthesis_failed(RequestId attempt, const base::Error& error) override {
    Step step(state_.ladder, *this, attempt);
    if (step) step.failed(fallback::failure_of(error), error);
  }

 private:
  void begin(std::size_t provider, RequestId attempt) override {
    auto request = state_.request_to(provider, request_);
    request.id = attempt;
    state_.chain[provider].voice.start(request, *this);
  }
  void end(std::size_t provider, RequestId attempt) override { state_.chain[provider].voice.cancel(attempt); }
  void give_up(const base::Error& error) override { listener_.on_synthesis_failed(request_.id, error); }

  State& state_;
  const SynthesisRequest request_;
  const bool speakable_;
  TtsSink& listener_;
};

FallbackVoice::FallbackVoice(std::vector<VoiceProvider> chain, fallback::ChainOptions options)
    : state_(std::make_unique<State>(std::move(chain), std::move(options))) {}

FallbackVoice::~FallbackVoice() = default;

void FallbackVoice::start(const SynthesisRequest& request, TtsSink& sink) {
  for (std::size_t i = 0; i < state_->chain.size(); ++i) {
    const auto& provider = state_->chain[i];
    const auto wanted = state_->request_to(i, request);
    if (provider.at_hand && provider.at_hand(wanted)) return provider.voice.start(wanted, sink);
  }
  state_->ladder.start(request.id, std::make_shared<Request>(*state_, request, sink));
}

void FallbackVoice::cancel(RequestId request) {
  state_->ladder.cancel(request);
  // What was said from memory is over, unless it was forgotten between the question and the request.
  for (const auto& provider : state_->chain)
    if (provider.at_hand) provider.voice.cancel(request);
}

std::vector<fallback::ProviderStats> FallbackVoice::stats() const {
  return state_->ladder.stats();
}

}  // namespace frontdesk::speech
