#include "providers/turn_streams/turn_streams.hpp"

#include <atomic>
#include <map>
#include <mutex>

#include "base/clock.hpp"
#include "providers/turn_streams/recent_audio.hpp"

namespace frontdesk::turn_streams {
namespace {

using base::ErrorCode;
using base::RequestId;
using speech::StreamId;

struct Stream {
  Stream(StreamId stream_id, speech::TurnDetectorSink& out) : id(stream_id), sink(&out), audio(kHistorySamples) {}

  const StreamId id;
  // Held while an answer is delivered, so that what close() and a newer judge() promise holds as soon as they
  // return. Recursive: a sink may call back.
  std::recursive_mutex mutex;
  speech::TurnDetectorSink* sink;  ///< null once closed
  RecentAudio audio;
  RequestId wanted = 0;
};

}  // namespace

struct TurnStreams::State {
  std::string domain;
  Judgement judgement;
  mutable std::mutex mutex;  ///< streams; never taken while a stream's mutex is held
  std::map<StreamId, std::shared_ptr<Stream>> streams;

  std::atomic<std::uint64_t> judged{0};
  std::atomic<std::uint64_t> unjudged{0};
  std::atomic<std::uint64_t> stale{0};
  std::atomic<std::uint64_t> refused{0};

  std::shared_ptr<Stream> find(StreamId id) const {
    const std::lock_guard lock(mutex);
    const auto found = streams.find(id);
    return found == streams.end() ? nullptr : found->second;
  }

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
    : state_(std::make_shared<State>()), pool_(pool) {
  state_->domain = std::move(domain);
  state_->judgement = std::move(judgement);
}

TurnStreams::~TurnStreams() {
  std::vector<StreamId> ids;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [id, stream] : state_->streams) ids.push_back(id);
  }
  for (const auto id : ids) close(id);
}

base::Status TurnStreams::open(StreamId stream, speech::TurnDetectorSink& sink) {
  const std::lock_guard lock(state_->mutex);
  if (state_->streams.contains(stream)) {
    return base::fail(ErrorCode::already_exists, state_->domain,
                      "stream " + std::to_string(stream) + " is already open");
  }
  if (state_->streams.size() >= kMaxStreams) {
    return base::fail(ErrorCode::resource_exhausted, state_->domain,
                      "all " + std::to_string(kMaxStreams) + " streams are in use", base::Retry::later);
  }
  state_->streams.emplace(stream, std::make_shared<Stream>(stream, sink));
  return {};
}

void TurnStreams::push(StreamId id, audio::PcmView pcm) {
  const auto stream = state_->find(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  stream->audio.push(pcm);
}

void TurnStreams::judge(StreamId id, RequestId request, std::uint64_t from_sample, std::uint64_t to_sample) {
  const auto stream = state_->find(id);
  if (!stream) return;
  audio::Pcm utterance;
  {
    const std::lock_guard lock(stream->mutex);
    stream->wanted = request;
    utterance = stream->audio.copy(from_sample, to_sample);
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
  std::shared_ptr<Stream> stream;
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->streams.find(id);
    if (found == state_->streams.end()) return;
    stream = found->second;
    state_->streams.erase(found);
  }
  const std::lock_guard lock(stream->mutex);
  stream->sink = nullptr;
}

TurnStreamsStats TurnStreams::stats() const {
  return {state_->judged, state_->unjudged, state_->stale, state_->refused};
}

}  // namespace frontdesk::turn_streams
