#include "rerun/timed_engines.hpp"

#include <condition_variable>
#include <mutex>

#include "base/clock.hpp"

namespace frontdesk::rerun {
namespace {

constexpr auto kModelLimit = std::chrono::seconds(30);
constexpr auto kVoiceLimit = std::chrono::seconds(60);
constexpr auto kTranscriptLimit = std::chrono::seconds(30);
constexpr auto kWindowLimit = std::chrono::seconds(5);
constexpr auto kJudgeLimit = std::chrono::milliseconds(250);  // it need not answer

base::Error too_late(const char* domain) {
  return {base::ErrorCode::deadline_exceeded, domain, "no answer in time", base::Retry::never, 0};
}

/// What the engines' threads say, for the one that waits.
class Inbox final : public llm::ChatSink,
                    public speech::TtsSink,
                    public speech::SttSink,
                    public speech::VadSink,
                    public speech::TurnDetectorSink {
 public:
  struct Letters {
    ChatAnswer chat{{}, {}, tl::unexpected(too_late("model"))};
    SpokenPiece spoken{{}, {}, {}, tl::unexpected(too_late("voice"))};
    base::Result<speech::Transcript> transcript = tl::unexpected(too_late("recognition"));
    std::vector<speech::VadWindow> windows;
    std::optional<float> turn_end;
    bool done = false;
  };

  /// From here on, answers to `request` count; those to others do not.
  void expect(base::RequestId request) {
    const std::lock_guard lock(mutex_);
    auto windows = std::move(letters_.windows);
    letters_ = {};
    letters_.windows = std::move(windows);
    request_ = request;
    asked_ = base::monotonic_now();
  }
  template <class Ready>
  void wait(Ready ready, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, limit, [&] { return ready(letters_); });
  }
  void wait_done(std::chrono::milliseconds limit) {
    wait([](const Letters& letters) { return letters.done; }, limit);
  }
  base::Duration waited() const { return base::monotonic_now() - asked_; }
  Letters take() {
    const std::lock_guard lock(mutex_);
    request_ = 0;
    return std::exchange(letters_, {});
  }

  void on_text(base::RequestId request, std::string delta) override {
    put(request, false, [&] { letters_.chat.text.emplace_back(waited(), std::move(delta)); });
  }
  void on_chat_done(base::RequestId request, llm::ChatOutcome outcome) override {
    put(request, true, [&] { letters_.chat.outcome = std::move(outcome); });
  }
  void on_chat_failed(base::RequestId request, const base::Error& error) override {
    put(request, true, [&] { letters_.chat.outcome = tl::unexpected(error); });
  }
  void on_audio(base::RequestId request, audio::Pcm pcm) override {
    put(request, false, [&] {
      if (letters_.spoken.pcm.empty()) letters_.spoken.first = waited();
      letters_.spoken.pcm.insert(letters_.spoken.pcm.end(), pcm.begin(), pcm.end());
    });
  }
  void on_synthesis_done(base::RequestId request, base::Duration) override {
    put(request, true, [&] { letters_.spoken.status = {}; });
  }
  void on_synthesis_failed(base::RequestId request, const base::Error& error) override {
    put(request, true, [&] { letters_.spoken.status = tl::unexpected(error); });
  }
  void on_partial(const speech::Transcript&) override {}  // the final text is what is compared
  void on_final(const speech::Transcript& transcript) override {
    put(transcript.request, true, [&] { letters_.transcript = transcript; });
  }
  void on_stt_failed(speech::StreamId, base::RequestId request, const base::Error& error) override {
    put(request, true, [&] { letters_.transcript = tl::unexpected(error); });
  }
  void on_vad(const speech::VadWindow& window) override {
    const std::lock_guard lock(mutex_);
    letters_.windows.push_back(window);
    arrived_.notify_all();
  }
  void on_turn_end(speech::StreamId, base::RequestId request, float probability) override {
    put(request, true, [&] { letters_.turn_end = probability; });
  }

 private:
  template <class Write>
  void put(base::RequestId request, bool done, Write write) {
    const std::lock_guard lock(mutex_);
    if (request != request_ || request == 0) return;
    write();
    letters_.done = done;
    if (done) arrived_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  base::RequestId request_ = 0;
  base::Instant asked_{};
  Letters letters_;
};

}  // namespace

struct TimedEngines::State {
  llm::ChatModel& chat;
  std::optional<runtime::Engines> sound;
  Inbox inbox;
  speech::StreamId stream = 0;
  std::uint64_t samples = 0;
  std::uint64_t windows = 0;  ///< handed out
};

TimedEngines::TimedEngines(llm::ChatModel& chat) : state_(new State{chat, std::nullopt, {}, 0, 0, 0}) {}
TimedEngines::TimedEngines(const runtime::Engines& engines) : state_(new State{engines.chat, engines, {}, 0, 0, 0}) {}
TimedEngines::~TimedEngines() = default;

bool TimedEngines::has_sound() const {
  return state_->sound.has_value();
}

ChatAnswer TimedEngines::ask(const llm::ChatRequest& request) {
  auto& inbox = state_->inbox;
  inbox.expect(request.id);
  state_->chat.start(request, inbox);
  inbox.wait_done(kModelLimit);
  const auto whole = inbox.waited();
  auto answer = std::move(inbox.take().chat);
  state_->chat.cancel(request.id);
  answer.whole = whole;
  return answer;
}

SpokenPiece TimedEngines::speak(base::RequestId id, const std::string& text, const speech::VoiceId& voice) {
  auto& inbox = state_->inbox;
  inbox.expect(id);
  speech::SynthesisRequest request;
  request.id = id;
  request.text = text;
  request.voice = voice;
  state_->sound->tts.start(request, inbox);
  inbox.wait_done(kVoiceLimit);
  const auto whole = inbox.waited();
  auto spoken = std::move(inbox.take().spoken);
  state_->sound->tts.cancel(id);
  spoken.whole = whole;
  return spoken;
}

base::Status TimedEngines::open(speech::StreamId stream) {
  auto& engines = *state_->sound;
  state_->stream = stream;
  state_->samples = state_->windows = 0;
  (void)state_->inbox.take();
  if (auto opened = engines.vad.open(stream, state_->inbox); !opened) return opened;
  if (auto opened = engines.stt.open(stream, speech::SttOptions{}, state_->inbox); !opened) {
    engines.vad.close(stream);
    return opened;
  }
  if (engines.turns != nullptr && !engines.turns->open(stream, state_->inbox)) engines.turns = nullptr;
  return {};
}

std::vector<speech::VadWindow> TimedEngines::push(audio::PcmView pcm) {
  auto& engines = *state_->sound;
  engines.vad.push(state_->stream, pcm);
  engines.stt.push(state_->stream, pcm);
  if (engines.turns != nullptr) engines.turns->push(state_->stream, pcm);
  state_->samples += pcm.size();
  const auto due = state_->samples / speech::kVadWindowSamples - state_->windows;
  if (due == 0) return {};
  state_->inbox.wait([due](const auto& letters) { return letters.windows.size() >= due; }, kWindowLimit);
  auto windows = std::move(state_->inbox.take().windows);
  state_->windows += windows.size();
  return windows;
}

void TimedEngines::begin_utterance(std::uint64_t from_sample) {
  state_->sound->stt.begin_utterance(state_->stream, from_sample);
}

HeardText TimedEngines::transcribe(base::RequestId request, std::uint64_t to_sample) {
  auto& inbox = state_->inbox;
  inbox.expect(request);
  state_->sound->stt.finalize(state_->stream, request, to_sample);
  inbox.wait_done(kTranscriptLimit);
  const auto whole = inbox.waited();
  return {std::move(inbox.take().transcript), whole};
}

void TimedEngines::end_utterance() {
  state_->sound->stt.end_utterance(state_->stream);
}

std::optional<std::pair<float, base::Duration>> TimedEngines::judge(base::RequestId request, std::uint64_t from,
                                                                    std::uint64_t to) {
  if (state_->sound->turns == nullptr) return std::nullopt;
  auto& inbox = state_->inbox;
  inbox.expect(request);
  state_->sound->turns->judge(state_->stream, request, from, to);
  inbox.wait_done(kJudgeLimit);
  const auto whole = inbox.waited();
  const auto probability = inbox.take().turn_end;
  if (!probability) return std::nullopt;
  return std::pair(*probability, whole);
}

void TimedEngines::close() {
  auto& engines = *state_->sound;
  engines.vad.close(state_->stream);
  engines.stt.close(state_->stream);
  if (engines.turns != nullptr) engines.turns->close(state_->stream);
}

}  // namespace frontdesk::rerun
