#include "caller/transcriber.hpp"

#include <condition_variable>
#include <mutex>

#include "base/entropy.hpp"

namespace frontdesk::caller {
namespace {

class FinalText final : public speech::SttSink {
 public:
  void on_partial(const speech::Transcript&) override {}
  void on_final(const speech::Transcript& transcript) override { finish(transcript.text.expose()); }
  void on_stt_failed(speech::StreamId, base::RequestId, const base::Error& error) override {
    finish(tl::unexpected(error));
  }

  base::Result<std::string> wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kTranscriptionLimit, [this] { return result_.has_value(); }))
      return base::fail(base::ErrorCode::deadline_exceeded, "caller", "the recogniser did not answer in time");
    return std::move(*result_);
  }

 private:
  void finish(base::Result<std::string> result) {
    const std::lock_guard lock(mutex_);
    if (!result_) result_ = std::move(result);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<base::Result<std::string>> result_;
};

}  // namespace

base::Result<std::string> transcribe(audio::PcmView pcm, speech::SpeechToText& engine) {
  // The engine knows a stream's past only as far as it was pushed: the stretch is the whole stream.
  FinalText sink;
  const speech::StreamId stream = base::random_u64();
  if (auto opened = engine.open(stream, {}, sink); !opened) return tl::unexpected(opened.error());
  engine.push(stream, pcm);
  engine.begin_utterance(stream, 0);
  engine.finalize(stream, 1, pcm.size());
  auto text = sink.wait();
  engine.end_utterance(stream);
  engine.close(stream);
  return text;
}

}  // namespace frontdesk::caller
