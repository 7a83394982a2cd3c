#include "speech/fallback_stt.hpp"

#include <cmath>
#include <mutex>

#include "fallback/answer_text.hpp"
#include "speech/stream_table.hpp"

namespace frontdesk::speech {
namespace {

using base::RequestId;
using fallback::Failure;
using fallback::Step;
using fallback::TextKind;

constexpr std::size_t kMaxListeners = 1024;  ///< streams; the recognisers have limits of their own

base::Error nonsense() {
  return {base::ErrorCode::data_loss, "stt", "the recogniser's text makes no sense", base::Retry::now, 0};
}
base::Error not_listening() {
  return {base::ErrorCode::failed_precondition, "stt", "the recogniser did not take this stream", base::Retry::now, 0};
}

}  // namespace

/// What one recogniser says about one stream.
class FallbackSpeechToText::Ear final : public SttSink {
 public:
  Ear(Stream& stream, bool leads) : stream_(stream), leads_(leads) {}

  void on_partial(const Transcript& transcript) override;
  void on_final(const Transcript& transcript) override;
  void on_stt_failed(StreamId stream, RequestId request, const base::Error& error) override;

 private:
  Stream& stream_;
  const bool leads_;
};

struct FallbackSpeechToText::Stream {
  Stream(StreamId i, SttSink& s) : id(i), listener(s) {}
  const StreamId id;
  SttSink& listener;
  std::vector<std::unique_ptr<Ear>> ears;  ///< one for each recogniser; null: it did not take the stream
  std::recursive_mutex mutex;
  bool closed = false;
  std::shared_ptr<Question> newest;

  std::shared_ptr<Question> question() {
    const std::lock_guard lock(mutex);
    return newest;
  }
};

struct FallbackSpeechToText::State {
  State(std::vector<SttProvider> c, fallback::ChainOptions options)
      : chain(std::move(c)), ladder(fallback::ladder_of(chain, std::move(options))) {}
  const std::vector<SttProvider> chain;
  StreamTable<Stream> streams{"stt", kMaxListeners};
  fallback::Ladder ladder;  // goes first: it ends what is open

  /// Every recogniser that listens to the stream.
  template <class F>
  void each(const Stream& stream, F&& f) const {
    for (std::size_t i = 0; i < chain.size(); ++i)
      if (stream.ears[i] != nullptr) f(chain[i].stt);
  }
};

/// One finalize().
class FallbackSpeechToText::Question final : public fallback::Job {
 public:
  Question(State& state, std::shared_ptr<Stream> stream, RequestId request, std::uint64_t to_sample)
      : state_(state), stream_(std::move(stream)), request_(request), to_sample_(to_sample) {}

  RequestId request() const { return request_; }

  void on_final(const Transcript& transcript) {
    Step step(state_.ladder, *this, transcript.request);
    if (!step) return;
    const auto kind = fallback::kind_of(transcript.text.expose());
    if (kind == TextKind::garbled || kind == TextKind::signs || !std::isfinite(transcript.confidence))
      return step.failed(Failure::garbled, nonsense());
    const bool found = kind == TextKind::words;
    if (!found && !nothing_heard_) nothing_heard_ = transcript;
    if (!found && !step.doubted()) return;  // a second opinion was asked for
    step.finished(found);
    answer(transcript);
  }

  void on_failed(RequestId attempt, const base::Error& error) {
    Step step(state_.ladder, *this, attempt);
    if (step) step.failed(fallback::failure_of(error), error);
  }

 private:
  void begin(std::size_t provider, RequestId attempt) override {
    if (stream_->ears[provider] == nullptr) return on_failed(attempt, not_listening());
    state_.chain[provider].stt.finalize(stream_->id, attempt, to_sample_);
  }
  void end(std::size_t, RequestId) override {}  // a newer request makes it stale
  void give_up(const base::Error& error) override {
    if (nothing_heard_) return answer(*nothing_heard_);
    stream_->listener.on_stt_failed(stream_->id, request_, error);
  }
  void answer(Transcript transcript) {
    transcript.stream = stream_->id;
    transcript.request = request_;
    stream_->listener.on_final(transcript);
  }

  State& state_;
  const std::shared_ptr<Stream> stream_;
  const RequestId request_;
  const std::uint64_t to_sample_;
  std::optional<Transcript> nothing_heard_;
};

void FallbackSpeechToText::Ear::on_partial(const Transcript& transcript) {
  if (!leads_) return;
  const std::lock_guard lock(stream_.mutex);
  if (!stream_.closed) stream_.listener.on_partial(transcript);
}

void FallbackSpeechToText::Ear::on_final(const Transcript& transcript) {
  if (const auto question = stream_.question()) question->on_final(transcript);
}

void FallbackSpeechToText::Ear::on_stt_failed(StreamId, RequestId request, const base::Error& error) {
  if (const auto question = stream_.question()) question->on_failed(request, error);
}

FallbackSpeechToText::FallbackSpeechToText(std::vector<SttProvider> chain, fallback::ChainOptions options)
    : state_(std::make_unique<State>(std::move(chain), std::move(options))) {}

FallbackSpeechToText::~FallbackSpeechToText() {
  for (const auto id : state_->streams.ids()) close(id);
}

base::Status FallbackSpeechToText::open(StreamId id, const SttOptions& options, SttSink& sink) {
  auto stream = std::make_shared<Stream>(id, sink);
  bool listens = false;
  base::Status first = {};
  for (const auto& provider : state_->chain) {
    // Partials come from the first that listens.
    auto ear = std::make_unique<Ear>(*stream, !listens);
    const auto opened = provider.stt.open(id, options, *ear);
    if (!opened && first) first = opened;
    stream->ears.push_back(opened ? std::move(ear) : nullptr);
    listens = listens || opened.has_value();
  }
  if (!listens) return first;
  auto added = state_->streams.add(id, stream);
  if (!added) state_->each(*stream, [id](SpeechToText& stt) { stt.close(id); });
  return added;
}

void FallbackSpeechToText::push(StreamId id, audio::PcmView pcm) {
  if (const auto stream = state_->streams.find(id))
    state_->each(*stream, [&](SpeechToText& stt) { stt.push(id, pcm); });
}

void FallbackSpeechToText::begin_utterance(StreamId id, std::uint64_t from_sample) {
  if (const auto stream = state_->streams.find(id))
    state_->each(*stream, [&](SpeechToText& stt) { stt.begin_utterance(id, from_sample); });
}

void FallbackSpeechToText::end_utterance(StreamId id) {
  if (const auto stream = state_->streams.find(id))
    state_->each(*stream, [&](SpeechToText& stt) { stt.end_utterance(id); });
}

void FallbackSpeechToText::finalize(StreamId id, RequestId request, std::uint64_t to_sample) {
  const auto stream = state_->streams.find(id);
  if (stream == nullptr) return;
  auto question = std::make_shared<Question>(*state_, stream, request, to_sample);
  std::shared_ptr<Question> stale;
  {
    const std::lock_guard lock(stream->mutex);
    stale = std::exchange(stream->newest, question);
  }
  if (stale != nullptr) state_->ladder.cancel(stale->request());
  state_->ladder.start(request, std::move(question));
}

void FallbackSpeechToText::close(StreamId id) {
  const auto stream = state_->streams.take(id);
  if (stream == nullptr) return;
  std::shared_ptr<Question> open;
  {
    const std::lock_guard lock(stream->mutex);
    stream->closed = true;
    open = std::exchange(stream->newest, nullptr);
  }
  if (open != nullptr) state_->ladder.cancel(open->request());
  state_->each(*stream, [id](SpeechToText& stt) { stt.close(id); });
}

std::vector<fallback::ProviderStats> FallbackSpeechToText::stats() const {
  return state_->ladder.stats();
}

}  // namespace frontdesk::speech
