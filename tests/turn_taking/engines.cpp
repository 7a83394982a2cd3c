#include "turn_taking/engines.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "providers/local_stt/moonshine_stt.hpp"
#include "providers/local_tts/vits_tts.hpp"
#include "providers/local_vad/silero_vad.hpp"
#include "providers/prosody_turn/prosody_turn.hpp"
#include "providers/smart_turn/smart_turn.hpp"

namespace frontdesk::turn_taking {
namespace {

constexpr std::chrono::seconds kAnswerLimit(20);
constexpr std::chrono::milliseconds kDetectorLimit(1500);  // it need not answer
constexpr std::size_t kVadChunkWindows = 24;               // pushed before its answers are awaited

/// Waits for what an engine's thread reports.
template <class T>
class Awaited {
 public:
  void put(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    changed_.notify_all();
  }
  std::optional<T> wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return value_.has_value(); });
    return std::exchange(value_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> value_;
};

class Windows final : public speech::VadSink {
 public:
  void on_vad(const speech::VadWindow& window) override {
    const std::lock_guard lock(mutex_);
    probabilities_.push_back(window.speech_probability);
    changed_.notify_all();
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kAnswerLimit, [&] { return probabilities_.size() >= count; });
  }
  std::vector<float> take() { return std::move(probabilities_); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<float> probabilities_;
};

class Text final : public speech::SttSink {
 public:
  void on_partial(const speech::Transcript&) override {}
  void on_final(const speech::Transcript& transcript) override {
    answer.put(Recognised{transcript.text.expose(), transcript.confidence, transcript.engine_time});
  }
  void on_stt_failed(speech::StreamId, base::RequestId, const base::Error& error) override {
    answer.put(tl::unexpected(error));
  }
  Awaited<base::Result<Recognised>> answer;
};

class Judgement final : public speech::TurnDetectorSink {
 public:
  void on_turn_end(speech::StreamId, base::RequestId, float probability) override { answer.put(probability); }
  Awaited<float> answer;
};

class Sound final : public speech::TtsSink {
 public:
  void on_audio(base::RequestId, audio::Pcm pcm) override { pcm_.insert(pcm_.end(), pcm.begin(), pcm.end()); }
  void on_synthesis_done(base::RequestId, base::Duration) override { answer.put(std::move(pcm_)); }
  void on_synthesis_failed(base::RequestId, const base::Error& error) override { answer.put(tl::unexpected(error)); }
  Awaited<base::Result<audio::Pcm>> answer;

 private:
  audio::Pcm pcm_;
};

tl::unexpected<base::Error> too_slow(const char* engine) {
  return base::fail(base::ErrorCode::deadline_exceeded, "turn_taking", std::string(engine) + " did not answer");
}

/// The one place that knows which detectors there are.
base::Result<std::unique_ptr<speech::TurnDetector>> create_detector(const inference::ModelFiles& models,
                                                                    inference::WorkerPool& pool, Detector detector) {
  if (detector == Detector::none) return std::unique_ptr<speech::TurnDetector>();
  if (detector == Detector::prosody) return prosody_turn::create();
  auto model = smart_turn::create(models, pool);
  if (detector == Detector::product && (!model || !*model)) return prosody_turn::create();
  if (model && !*model)
    return base::fail(base::ErrorCode::not_found, "turn_taking", "no smart-turn model is installed");
  return model;
}

}  // namespace

Engines::~Engines() = default;

base::Result<std::unique_ptr<Engines>> Engines::create(const inference::ModelFiles& models, Detector detector) {
  std::unique_ptr<Engines> engines(new Engines());
  inference::WorkerPoolOptions workers;
  workers.threads = std::max(1U, std::thread::hardware_concurrency());
  engines->pool_ = std::make_unique<inference::WorkerPool>(workers);
  auto vad = local_vad::SileroVad::create(models);
  if (!vad) return tl::unexpected(vad.error());
  auto stt = local_stt::MoonshineStt::create(models, *engines->pool_);
  if (!stt) return tl::unexpected(stt.error());
  auto tts = local_tts::VitsTts::create(models, *engines->pool_);
  if (!tts) return tl::unexpected(tts.error());
  auto turns = create_detector(models, *engines->pool_, detector);
  if (!turns) return tl::unexpected(turns.error());
  engines->vad_ = std::move(*vad);
  engines->stt_ = std::move(*stt);
  engines->tts_ = std::move(*tts);
  engines->turns_ = std::move(*turns);
  return engines;
}

base::Result<std::vector<float>> Engines::speech_probabilities(audio::PcmView pcm) {
  Windows sink;
  const auto stream = next_id_++;
  if (auto opened = vad_->open(stream, sink); !opened) return tl::unexpected(opened.error());
  constexpr std::size_t kChunk = kVadChunkWindows * speech::kVadWindowSamples;
  bool in_time = true;
  for (std::size_t at = 0; at < pcm.size() && in_time; at += kChunk) {
    const auto chunk = pcm.subspan(at, std::min(kChunk, pcm.size() - at));
    vad_->push(stream, chunk);
    in_time = sink.wait_for((at + chunk.size()) / speech::kVadWindowSamples);
  }
  vad_->close(stream);
  if (!in_time) return too_slow("voice activity detection");
  return sink.take();
}

base::Result<Recognised> Engines::transcribe(audio::PcmView pcm, std::size_t from, std::size_t to) {
  Text sink;
  const auto stream = next_id_++;
  if (auto opened = stt_->open(stream, {}, sink); !opened) return tl::unexpected(opened.error());
  stt_->push(stream, pcm.first(std::min(to, pcm.size())));
  stt_->begin_utterance(stream, from);
  stt_->finalize(stream, 1, to);
  auto answer = sink.answer.wait(kAnswerLimit);
  stt_->close(stream);
  if (!answer) return too_slow("recognition");
  return std::move(*answer);
}

std::optional<float> Engines::turn_end(audio::PcmView pcm, std::size_t from, std::size_t to) {
  if (!turns_) return std::nullopt;
  Judgement sink;
  const auto stream = next_id_++;
  if (!turns_->open(stream, sink)) return std::nullopt;
  turns_->push(stream, pcm.first(std::min(to, pcm.size())));
  turns_->judge(stream, 1, from, to);
  const auto answer = sink.answer.wait(kDetectorLimit);
  turns_->close(stream);
  return answer;
}

base::Result<audio::Pcm> Engines::say(const std::string& text, const speech::VoiceId& voice, int rate) {
  Sound sink;
  const auto id = next_id_++;
  tts_->start({.id = id, .text = text, .voice = voice, .sample_rate = rate}, sink);
  auto answer = sink.answer.wait(kAnswerLimit);
  tts_->cancel(id);
  if (!answer) return too_slow("synthesis");
  return std::move(*answer);
}

}  // namespace frontdesk::turn_taking
