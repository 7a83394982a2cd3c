#include "providers/turn_streams/turn_streams.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "audio/recent_audio.hpp"
#include "base/clock.hpp"
#include "speech/stream_table.hpp"

namespace frontdesk::turn_streams {
namespace {

using base::RequestId;
using speech::StreamId;

struct Stream {
  Stream(StreamId stream_id, speech::TurnDetectorSink& out) : id(stream_id), sink(&out), recent(kHistorySamples) {}

  const StreamId id;
  // Held while an answer is delivered, so that what close() and a newer judge() promise holds as soon as they
  // return. Recursive: a sink may call back.
  std::recursive_mutex mutex;
  speech::TurnDetectorSink* sink;  ///< null once closed
  audio::RecentAudio recent;
  RequestId wanted = 0;
};

}  // namespace

struct TurnStreams::State {
  State(std::string domain, Judgement j) : judgement(std::move(j)), streams(std::move(domain), kMaxStreams) {}

  const Judgement judgement;
  speech::StreamTable<Stream> streams;

  std::atomic<std::uint64_t> judged{0};
  std::atomic<std::uint64_t> unjudged{0};
  std::atomic<std::uint64_t> stale{0};
  std::atomic<std::uint64_t> refused{0};

  bool wanted(Stream& stream, RequestId request) {
    const std::lock_guard lock(stream.mutex);
    if (stream.wanted == request && stream.sink != nullptr) return true;
    ++stale;
    return false;
  }

  void run(Stream& stream, RequestId request, audio::PcmView utterance) {
    const auto probability = judgement(utterance);
    const std::lock_guard lock(stream.mutex);
    if (!wanted(stream, request)) return;
    if (!probability) {
      ++unjudged;
      return;
    }
    ++judged;
    stream.sink->on_turn_end(stream.id, request, std::clamp(*probability, 0.0F, 1.0F));
  }
};

TurnStreams::TurnStreams(std::string domain, Judgement judgement, inference::WorkerPool* pool)
    : state_(std::make_shared<State>(std::move(domain), std::move(judgement))), pool_(pool) {}

TurnStreams::~TurnStreams() {
  for (const auto id : state_->streams.ids()) close(id);
}

base::Status TurnStreams::open(StreamId stream, speech::TurnDetectorSink& sink) {
  return state_->streams.add(stream, std::make_shared<Stream>(stream, sink));
}

void TurnStreams::push(StreamId id, audio::PcmView pcm) {
  const auto stream = state_->streams.find(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  stream->recent.push(pcm);
}

void TurnStreams::judge(StreamId id, RequestId request, std::uint64_t from_sample, std::uint64_t to_sample) {
  const auto stream = state_->streams.find(id);
  if (!stream) return;
  audio::Pcm utterance;
  {
    const std::lock_guard lock(stream->mutex);
    stream->wanted = request;
    utterance = stream->recent.copy(from_sample, to_sample);
  }
  if (pool_ == nullptr) return state_->run(*stream, request, utterance);
  const auto deadline = base::monotonic_now() + kUseful;
  const bool queued =
      pool_->submit(deadline, [state = state_, stream, request, utterance = std::move(utterance), deadline] {
        if (!state->wanted(*stream, request)) return;
        if (base::monotonic_now() > deadline) {
          ++state->refused;
          return;
        }
        state->run(*stream, request, utterance);
      });
  if (!queued) ++state_->refused;
}

void TurnStreams::close(StreamId id) {
  const auto stream = state_->streams.take(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  stream->sink = nullptr;
}

TurnStreamsStats TurnStreams::stats() const {
  return {state_->judged, state_->unjudged, state_->stale, state_->refused};
}

}  // namespace frontdesk::turn_streams
