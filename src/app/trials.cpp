#include "app/trials.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "app/call_plans.hpp"
#include "base/clock.hpp"
#include "conversation/clauses.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kAnswerLimit = std::chrono::seconds(10);
constexpr auto kSpeechLimit = std::chrono::seconds(20);
// Apart from those of calls and of phrases synthesised ahead (speech_engines.cpp).
constexpr base::RequestId kFirstTrialRequest = (1ULL << 62) + (1ULL << 61);

base::RequestId next_request() {
  static std::atomic<base::RequestId> last{kFirstTrialRequest};
  return ++last;
}

/// What an engine's thread hands over and another waits for.
template <class Value>
class Awaited {
 public:
  void set(base::Result<Value> value) {
    const std::lock_guard lock(mutex_);
    if (!value_) value_.emplace(std::move(value));
    ready_.notify_all();
  }
  std::optional<base::Result<Value>> wait(std::chrono::steady_clock::duration limit) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, limit, [&] { return value_.has_value(); });
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<base::Result<Value>> value_;
};

struct Answer {
  std::string text;
  llm::ChatOutcome outcome;
};

class AnswerSink final : public llm::ChatSink {
 public:
  void on_text(base::RequestId, std::string delta) override { text_ += delta; }
  void on_chat_done(base::RequestId, llm::ChatOutcome outcome) override {
    done.set(Answer{std::move(text_), std::move(outcome)});
  }
  void on_chat_failed(base::RequestId, const base::Error& error) override { done.set(tl::unexpected(error)); }
  Awaited<Answer> done;

 private:
  std::string text_;  ///< the model's thread alone writes it
};

base::Result<Answer> answer_to(llm::ChatModel& model, const llm::ChatRequest& request) {
  AnswerSink sink;
  model.start(request, sink);
  auto answer = sink.done.wait(kAnswerLimit);
  model.cancel(request.id);  // nothing reaches the sink after this
  if (answer) return std::move(*answer);
  return base::fail(base::ErrorCode::deadline_exceeded, "receptionist", "the model took too long: try again");
}

class SpeechSink final : public speech::TtsSink {
 public:
  void on_audio(base::RequestId, audio::Pcm pcm) override { sound_.insert(sound_.end(), pcm.begin(), pcm.end()); }
  void on_synthesis_done(base::RequestId, base::Duration) override { done.set(std::move(sound_)); }
  void on_synthesis_failed(base::RequestId, const base::Error& error) override { done.set(tl::unexpected(error)); }
  Awaited<audio::Pcm> done;

 private:
  audio::Pcm sound_;
};

base::Result<audio::Pcm> spoken(speech::TextToSpeech& tts, const speech::VoiceId& voice, std::string text) {
  SpeechSink sink;
  speech::SynthesisRequest request{next_request(), std::move(text), voice, kPreviewRate};
  tts.start(request, sink);
  auto sound = sink.done.wait(kSpeechLimit);
  tts.cancel(request.id);
  if (sound) return std::move(*sound);
  return base::fail(base::ErrorCode::unavailable, "voice", "the machine is busy with calls: try again");
}

}  // namespace

base::Result<api::TrialReply> try_conversation(llm::ChatModel& model, const config::Config& config,
                                               const std::vector<std::string>& said, base::UtcTime now) {
  const auto settings = conversation_settings(config);
  llm::ChatRequest request;
  request.system_prompt = settings.system_prompt;
  request.tools = settings.tools;
  request.wall_now = now;
  request.speculative = true;  // nothing is done
  api::TrialReply reply;
  for (const auto& words : said) {
    request.id = next_request();
    request.messages.push_back({llm::Role::user, words, {}, {}, {}});
    const auto began = base::monotonic_now();
    auto answer = answer_to(model, request);
    if (!answer) return tl::unexpected(answer.error());
    reply = {};
    reply.took = base::monotonic_now() - began;
    reply.text = answer->text;
    reply.sources = answer->outcome.sources;
    reply.confidence = static_cast<double>(answer->outcome.confidence);
    for (const auto& tool : answer->outcome.tool_calls) reply.tools.emplace_back(tool.name, tool.arguments);
    request.messages.push_back(
        {llm::Role::assistant, std::move(answer->text), {}, {}, std::move(answer->outcome.provider_state)});
  }
  reply.version = config.receptionist;
  return reply;
}

base::Result<audio::Pcm> try_voice(speech::TextToSpeech& tts, const speech::VoiceId& voice, const std::string& text) {
  conversation::ClauseSplitter splitter;
  auto pieces = splitter.feed(text);
  for (auto& piece : splitter.finish()) pieces.push_back(std::move(piece));
  audio::Pcm sound;
  for (auto& piece : pieces) {
    auto said = spoken(tts, voice, std::move(piece));
    if (!said) return said;
    sound.insert(sound.end(), said->begin(), said->end());
  }
  return sound;
}

}  // namespace frontdesk::app
