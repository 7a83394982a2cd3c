#include "providers/local_vad/silero_vad.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/inheriting_mutex.hpp"
#include "inference/guarded_sink.hpp"
#include "inference/onnx_session.hpp"
#include "providers/local_vad/window_queue.hpp"

namespace frontdesk::local_vad {
namespace {

using base::ErrorCode;
using speech::kVadWindowSamples;
using speech::StreamId;

constexpr const char* kDomain = "vad.silero";
constexpr const char* kModel = "silero-vad/silero_vad_v5.onnx";
constexpr std::int64_t kRate = 8000;
constexpr std::size_t kContext = 32;  // samples of the window before, which the model wants again
constexpr std::size_t kInput = kContext + kVadWindowSamples;
constexpr std::size_t kHidden = 128;
constexpr std::size_t kQueueSamples = 2 * 8000;  // 2 s behind is an engine that cannot keep up
constexpr auto kIdleWait = std::chrono::seconds(1);

struct Stream {
  Stream(StreamId stream_id, speech::VadSink& out) : id(stream_id), sink(out), queue(kQueueSamples) {}

  const StreamId id;
  inference::GuardedSink<speech::VadSink> sink;
  // Guarded by the engine's mutex.
  WindowQueue queue;
  base::Instant ready_since;  ///< when the oldest window in the queue became complete
  // The engine's thread only.
  std::array<float, kContext> context{};
  std::array<float, 2 * kHidden> memory{};  ///< the recurrent state, two layers
};

struct BatchItem {
  std::shared_ptr<Stream> stream;
  std::uint64_t index = 0;
  base::Instant ready_since;
};

}  // namespace

struct SileroVad::State {
  explicit State(inference::OnnxSession model) : session(std::move(model)) {}

  inference::OnnxSession session;
  mutable base::InheritingMutex mutex;
  std::condition_variable_any wake;
  std::map<StreamId, std::shared_ptr<Stream>> streams;
  StreamId next_served = 0;  ///< fairness when more streams are ready than fit a batch
  std::size_t ready = 0;     ///< streams that have a window
  base::Instant oldest_ready;
  bool stopping = false;
  SileroStats stats;
  std::thread thread;

  // The engine's thread only.
  std::vector<BatchItem> batch;
  std::vector<float> input;
  std::vector<float> memory;

  void work();
  void gather(std::unique_lock<base::InheritingMutex>& lock);
  void fill_batch();
  void take_window(const std::shared_ptr<Stream>& stream);
  bool run();
  void deliver(std::span<const float> probabilities);
};

void SileroVad::State::work() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    wake.wait_for(lock, kIdleWait, [this] { return stopping || ready > 0; });
    if (stopping || ready == 0) continue;
    gather(lock);
    if (stopping) return;
    fill_batch();
    lock.unlock();
    run();
    lock.lock();
  }
}

// Gives other streams a moment to complete their windows, but never more than kGatherTime.
void SileroVad::State::gather(std::unique_lock<base::InheritingMutex>& lock) {
  const auto until = oldest_ready + kGatherTime;
  while (!stopping && ready < std::min(streams.size(), kMaxBatch)) {
    const auto now = base::monotonic_now();
    if (now >= until) return;
    wake.wait_for(lock, until - now);
  }
}

void SileroVad::State::fill_batch() {
  batch.clear();
  input.clear();
  memory.clear();
  auto at = streams.lower_bound(next_served);
  for (std::size_t seen = 0; seen < streams.size() && batch.size() < kMaxBatch; ++seen, ++at) {
    if (at == streams.end()) at = streams.begin();
    if (at->second->queue.has_window()) take_window(at->second);
  }
  next_served = at == streams.end() ? 0 : at->first;
  // The model wants [2, batch, 128]: first layers, then second layers.
  for (const std::size_t layer : {0U, 1U}) {
    for (const auto& item : batch) {
      const auto part = std::span(item.stream->memory).subspan(layer * kHidden, kHidden);
      memory.insert(memory.end(), part.begin(), part.end());
    }
  }
}

void SileroVad::State::take_window(const std::shared_ptr<Stream>& stream) {
  std::array<float, kVadWindowSamples> window;
  const auto index = stream->queue.take(window);
  batch.push_back({stream, index, stream->ready_since});
  if (!stream->queue.has_window()) {
    --ready;
  } else {
    stream->ready_since = base::monotonic_now();
  }
  input.insert(input.end(), stream->context.begin(), stream->context.end());
  input.insert(input.end(), window.begin(), window.end());
  std::copy(window.end() - kContext, window.end(), stream->context.begin());
}

bool SileroVad::State::run() {
  if (batch.empty()) return true;
  const auto count = static_cast<std::int64_t>(batch.size());
  const auto started = base::monotonic_now();
  std::int64_t rate = kRate;
  std::array<Ort::Value, 3> inputs{
      inference::tensor_view<float>(input, std::array<std::int64_t, 2>{count, kInput}),
      inference::tensor_view<float>(memory, std::array<std::int64_t, 3>{2, count, kHidden}),
      inference::tensor_view<std::int64_t>({&rate, 1}, {})};
  static constexpr const char* kIn[] = {"input", "state", "sr"};
  static constexpr const char* kOut[] = {"output", "stateN"};
  const auto outputs = session.run(kIn, inputs, kOut);
  std::vector<float> probabilities(batch.size(), 0.0F);
  if (outputs) {
    const auto* values = (*outputs)[0].GetTensorData<float>();
    std::copy_n(values, batch.size(), probabilities.begin());
    const auto* next = (*outputs)[1].GetTensorData<float>();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      auto& own = batch[i].stream->memory;
      std::copy_n(next + i * kHidden, kHidden, own.begin());
      std::copy_n(next + (batch.size() + i) * kHidden, kHidden, own.begin() + kHidden);
    }
  }
  {
    const std::lock_guard lock(mutex);
    ++stats.runs;
    stats.failed_runs += outputs ? 0 : 1;
    stats.windows += batch.size();
    stats.busy += base::monotonic_now() - started;
  }
  deliver(probabilities);
  return outputs.has_value();
}

void SileroVad::State::deliver(std::span<const float> probabilities) {
  base::Duration longest{0};
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& item = batch[i];
    longest = std::max(longest, base::monotonic_now() - item.ready_since);
    const speech::VadWindow window{item.stream->id, item.index, std::clamp(probabilities[i], 0.0F, 1.0F)};
    item.stream->sink.with([&](speech::VadSink& sink) { sink.on_vad(window); });
  }
  batch.clear();
  const std::lock_guard lock(mutex);
  stats.longest_delay = std::max(stats.longest_delay, longest);
}

SileroVad::SileroVad(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->thread = std::thread([this] { state_->work(); });
  pthread_setname_np(state_->thread.native_handle(), "voice activity");
}

SileroVad::~SileroVad() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  state_->thread.join();
}

base::Result<std::unique_ptr<SileroVad>> SileroVad::create(const inference::ModelFiles& files) {
  const auto path = files.find(kModel);
  if (!path) return tl::unexpected(path.error());
  auto session = inference::OnnxSession::open(*path, kDomain);
  if (!session) return tl::unexpected(session.error());
  return std::unique_ptr<SileroVad>(new SileroVad(std::make_unique<State>(std::move(*session))));
}

base::Status SileroVad::open(StreamId stream, speech::VadSink& sink) {
  const std::lock_guard lock(state_->mutex);
  if (state_->streams.contains(stream)) {
    return base::fail(ErrorCode::already_exists, kDomain, "stream " + std::to_string(stream) + " is already open");
  }
  if (state_->streams.size() >= kMaxStreams) {
    return base::fail(ErrorCode::resource_exhausted, kDomain,
                      "all " + std::to_string(kMaxStreams) + " streams are in use", base::Retry::later);
  }
  state_->streams.emplace(stream, std::make_shared<Stream>(stream, sink));
  return {};
}

void SileroVad::push(StreamId stream, audio::PcmView pcm) {
  bool notify = false;
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->streams.find(stream);
    if (found == state_->streams.end()) return;
    auto& queue = found->second->queue;
    const bool was_ready = queue.has_window();
    const auto lost_before = queue.samples_lost();
    queue.push(pcm);
    state_->stats.samples_lost += queue.samples_lost() - lost_before;
    if (!was_ready && queue.has_window()) {
      found->second->ready_since = base::monotonic_now();
      if (state_->ready++ == 0) state_->oldest_ready = found->second->ready_since;
      notify = true;
    }
  }
  if (notify) state_->wake.notify_one();
}

void SileroVad::close(StreamId stream) {
  std::shared_ptr<Stream> closing;
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->streams.find(stream);
    if (found == state_->streams.end()) return;
    closing = found->second;
    if (closing->queue.has_window()) --state_->ready;
    state_->streams.erase(found);
  }
  closing->sink.close();  // outside the lock: waits for a delivery in progress
}

SileroStats SileroVad::stats() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stats;
}

}  // namespace frontdesk::local_vad
