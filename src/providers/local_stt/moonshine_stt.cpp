#include "providers/local_stt/moonshine_stt.hpp"

#include <atomic>
#include <cmath>
#include <mutex>

#include "audio/recent_audio.hpp"
#include "audio/resampler.hpp"
#include "base/clock.hpp"
#include "providers/local_stt/moonshine_model.hpp"
#include "providers/local_stt/segment.hpp"
#include "speech/stream_table.hpp"

namespace frontdesk::local_stt {
namespace {

using base::ErrorCode;
using base::RequestId;
using speech::StreamId;

constexpr const char* kDomain = "stt.moonshine";
constexpr int kLowestRate = 8000;
constexpr int kHighestRate = 48000;
constexpr int kFirstPartialMs = 400;        ///< of speech before a first partial is worth its cost
constexpr int kRetryPartialMs = 200;        ///< after one was skipped
constexpr std::uint64_t kPartialShare = 8;  ///< the pause between partials is at least 1/8 of the utterance
constexpr int kEarliestCutSeconds = 12;
constexpr int kTrailingSilenceMs = 200;  ///< measured: a third fewer errors in one-word answers, no loss elsewhere
constexpr auto kFinalUrgency = std::chrono::milliseconds(100);
constexpr auto kPartialUrgency = std::chrono::seconds(2);

/// The open utterance, or what a final remembers of it.
struct Utterance {
  std::uint64_t serial = 0;
  std::uint64_t from = 0;  ///< audio not yet settled begins here
  std::string settled;     ///< text of what was cut off a long utterance
  double settled_log_probability = 0;
  std::size_t settled_tokens = 0;
};

struct Stream {
  Stream(StreamId stream_id, int sample_rate, speech::SttSink& out)
      : id(stream_id),
        rate(sample_rate),
        sink(&out),
        history(static_cast<std::size_t>(kHistorySeconds) * static_cast<std::size_t>(sample_rate)) {}

  const StreamId id;
  const int rate;
  // Held while events are delivered, so that what close(), end_utterance() and a newer finalize()
  // promise holds as soon as they return. Recursive: a sink may call back.
  std::recursive_mutex mutex;
  speech::SttSink* sink;  ///< null once closed
  audio::RecentAudio history;
  Utterance utterance;
  bool open = false;
  std::uint64_t next_partial_at = 0;
  std::shared_ptr<PassControl> partial;  ///< queued or running
  std::shared_ptr<PassControl> final;
  RequestId wanted = 0;  ///< the newest finalize()

  std::uint64_t samples(int ms) const { return audio::samples_for(ms, rate); }
};

/// A pass over audio that may be longer than the model takes at once.
struct Pass {
  Utterance utterance;
  std::uint64_t to = 0;
  base::Duration engine_time{0};
  std::string rest;  ///< text after what is settled
  double log_probability = 0;
  std::size_t tokens = 0;
};

void append_sentence(std::string& text, const std::string& more) {
  if (!text.empty() && !more.empty()) text += ' ';
  text += more;
}

speech::Transcript transcript_of(const Stream& stream, const Pass& pass, RequestId request) {
  speech::Transcript transcript;
  transcript.stream = stream.id;
  transcript.request = request;
  auto text = pass.utterance.settled;
  append_sentence(text, pass.rest);
  transcript.text = base::Pii<std::string>(std::move(text));
  const auto tokens = pass.tokens + pass.utterance.settled_tokens;
  if (tokens > 0) {
    const auto sum = pass.log_probability + pass.utterance.settled_log_probability;
    transcript.confidence = static_cast<float>(std::exp(sum / static_cast<double>(tokens)));
  }
  transcript.end_sample = pass.to;
  transcript.engine_time = pass.engine_time;
  return transcript;
}

}  // namespace

struct MoonshineStt::State : std::enable_shared_from_this<MoonshineStt::State> {
  State(std::unique_ptr<MoonshineModel> m, inference::WorkerPool& p) : model(std::move(m)), pool(p) {}

  std::unique_ptr<MoonshineModel> model;
  inference::WorkerPool& pool;
  speech::StreamTable<Stream> streams{kDomain, kMaxStreams};

  std::atomic<std::uint64_t> partials{0};
  std::atomic<std::uint64_t> partials_skipped{0};
  std::atomic<std::uint64_t> partials_given_up{0};
  std::atomic<std::uint64_t> finals{0};
  std::atomic<std::uint64_t> finals_stale{0};
  std::atomic<std::uint64_t> failures{0};

  void consider_partial(const std::shared_ptr<Stream>& stream);
  void run_partial(const std::shared_ptr<Stream>& stream, const std::shared_ptr<PassControl>& control,
                   base::Instant deadline);
  void run_final(const std::shared_ptr<Stream>& stream, Pass pass, RequestId request,
                 const std::shared_ptr<PassControl>& control);
  void fail_final(Stream& stream, RequestId request, const base::Error& error);
  base::Status transcribe(Stream& stream, Pass& pass, const PassControl& control, const std::function<bool()>& yield);
  base::Result<Decoded> one_pass(audio::PcmView pcm, int rate, const PassControl& control,
                                 const std::function<bool()>& yield);
};

base::Result<Decoded> MoonshineStt::State::one_pass(audio::PcmView pcm, int rate, const PassControl& control,
                                                    const std::function<bool()>& yield) {
  if (!worth_transcribing(pcm, rate)) return Decoded{};
  const auto converted = audio::resample(pcm, rate, kModelRate);
  std::vector<float> samples(converted.size() + audio::samples_for(kTrailingSilenceMs, kModelRate));
  std::transform(converted.begin(), converted.end(), samples.begin(),
                 [](audio::Sample sample) { return static_cast<float>(sample) / 32768.0F; });
  return model->transcribe(samples, control, yield);
}

/// Transcribes [pass.utterance.from, pass.to); moves what had to be cut off into the settled part.
base::Status MoonshineStt::State::transcribe(Stream& stream, Pass& pass, const PassControl& control,
                                             const std::function<bool()>& yield) {
  const auto started = base::monotonic_now();
  audio::Pcm pcm;
  {
    const std::lock_guard lock(stream.mutex);
    pass.to = std::min(pass.to, stream.history.end());
    pass.utterance.from = std::max(pass.utterance.from, stream.history.begin());
    pcm = stream.history.copy(pass.utterance.from, pass.to);
  }
  audio::PcmView left(pcm);
  while (left.size() > stream.samples(kMaxPassSeconds * 1000)) {
    const auto cut = quietest_cut(left, stream.rate, stream.samples(kEarliestCutSeconds * 1000),
                                  stream.samples(kMaxPassSeconds * 1000));
    const auto decoded = one_pass(left.first(cut), stream.rate, control, yield);
    if (!decoded) return tl::unexpected(decoded.error());
    append_sentence(pass.utterance.settled, decoded->text);
    pass.utterance.settled_log_probability += decoded->log_probability;
    pass.utterance.settled_tokens += decoded->tokens;
    pass.utterance.from += cut;
    left = left.subspan(cut);
  }
  auto decoded = one_pass(left, stream.rate, control, yield);
  if (!decoded) return tl::unexpected(decoded.error());
  pass.rest = std::move(decoded->text);
  pass.log_probability = decoded->log_probability;
  pass.tokens = decoded->tokens;
  pass.engine_time = base::monotonic_now() - started;
  return {};
}

/// Called with the stream's mutex held, after audio has come in.
void MoonshineStt::State::consider_partial(const std::shared_ptr<Stream>& stream) {
  auto& s = *stream;
  if (!s.open || s.partial || s.final || s.history.end() < s.next_partial_at) return;
  if (s.history.end() <= s.utterance.from) return;
  const auto length = s.history.end() - s.utterance.from;
  const bool too_long = length > s.samples(kMaxPassSeconds * 1000);  // settle a part before it is forgotten
  if (!too_long && !pool.has_idle_worker()) {
    s.next_partial_at = s.history.end() + s.samples(kRetryPartialMs);
    ++partials_skipped;
    return;
  }
  s.next_partial_at = s.history.end() + std::max(s.samples(kPartialEveryMs), length / kPartialShare);
  auto control = std::make_shared<PassControl>();
  const auto deadline = base::monotonic_now() + kPartialUrgency;
  s.partial = control;
  if (!pool.submit(deadline, [self = shared_from_this(), stream, control, deadline] {
        self->run_partial(stream, control, deadline);
      })) {
    s.partial.reset();
    ++partials_skipped;
  }
}

void MoonshineStt::State::run_partial(const std::shared_ptr<Stream>& stream,
                                      const std::shared_ptr<PassControl>& control, base::Instant deadline) {
  Pass pass;
  bool must_finish = false;
  {
    const std::lock_guard lock(stream->mutex);
    pass.utterance = stream->utterance;
    pass.to = stream->history.end();
    must_finish = pass.to - pass.utterance.from > stream->samples(kMaxPassSeconds * 1000);
  }
  std::function<bool()> yield;
  if (!must_finish) yield = [this, deadline] { return pool.more_urgent_waiting(deadline); };
  base::Status done = control->given_up() ? base::fail(ErrorCode::cancelled, kDomain, "the pass was given up")
                                          : transcribe(*stream, pass, *control, yield);
  const std::lock_guard lock(stream->mutex);
  if (stream->partial == control) stream->partial.reset();
  if (!done) {
    ++(done.error().code == ErrorCode::cancelled ? partials_given_up : failures);
    return;
  }
  const bool current = stream->open && stream->utterance.serial == pass.utterance.serial && !control->given_up();
  if (!current || stream->sink == nullptr) return;
  stream->utterance = pass.utterance;
  if (pass.rest.empty() && pass.utterance.settled.empty()) return;
  ++partials;
  stream->sink->on_partial(transcript_of(*stream, pass, 0));
}

void MoonshineStt::State::run_final(const std::shared_ptr<Stream>& stream, Pass pass, RequestId request,
                                    const std::shared_ptr<PassControl>& control) {
  const auto done = control->given_up() ? base::fail(ErrorCode::cancelled, kDomain, "the pass was given up")
                                        : transcribe(*stream, pass, *control, {});
  const std::lock_guard lock(stream->mutex);
  if (stream->final == control) stream->final.reset();
  if (stream->wanted != request || stream->sink == nullptr) {
    ++finals_stale;
    return;
  }
  if (!done) return fail_final(*stream, request, done.error());
  if (stream->open && stream->utterance.serial == pass.utterance.serial) stream->utterance = pass.utterance;
  ++finals;
  stream->sink->on_final(transcript_of(*stream, pass, request));
}

void MoonshineStt::State::fail_final(Stream& stream, RequestId request, const base::Error& error) {
  ++failures;
  stream.sink->on_stt_failed(stream.id, request, error);
}

MoonshineStt::MoonshineStt(std::shared_ptr<State> state) : state_(std::move(state)) {}

MoonshineStt::~MoonshineStt() {
  for (const auto id : state_->streams.ids()) close(id);
}

base::Result<std::unique_ptr<MoonshineStt>> MoonshineStt::create(const inference::ModelFiles& files,
                                                                 inference::WorkerPool& pool) {
  auto model = MoonshineModel::load(files);
  if (!model) return tl::unexpected(model.error());
  return std::unique_ptr<MoonshineStt>(new MoonshineStt(std::make_shared<State>(std::move(*model), pool)));
}

base::Status MoonshineStt::open(StreamId stream, const speech::SttOptions& options, speech::SttSink& sink) {
  if (!options.language.starts_with("en")) {
    return base::fail(
        ErrorCode::unimplemented, kDomain,
        "the local recogniser understands English only: choose another provider for \"" + options.language + "\"");
  }
  if (options.sample_rate < kLowestRate || options.sample_rate > kHighestRate) {
    return base::fail(ErrorCode::invalid_argument, kDomain, "the sample rate must be 8000 to 48000");
  }
  return state_->streams.add(stream, std::make_shared<Stream>(stream, options.sample_rate, sink));
}

void MoonshineStt::push(StreamId id, audio::PcmView pcm) {
  const auto stream = state_->streams.find(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  stream->history.push(pcm);
  state_->consider_partial(stream);
}

void MoonshineStt::begin_utterance(StreamId id, std::uint64_t from_sample) {
  const auto stream = state_->streams.find(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  if (stream->partial) stream->partial->give_up();
  stream->partial.reset();
  const auto pre_roll = stream->samples(kPreRollMs);
  const auto serial = stream->utterance.serial + 1;
  stream->utterance = {};
  stream->utterance.serial = serial;
  stream->utterance.from = from_sample > pre_roll ? from_sample - pre_roll : 0;
  stream->open = true;
  stream->next_partial_at = from_sample + stream->samples(kFirstPartialMs);
}

void MoonshineStt::finalize(StreamId id, RequestId request, std::uint64_t to_sample) {
  const auto stream = state_->streams.find(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  stream->wanted = request;
  if (stream->partial) stream->partial->give_up();
  if (stream->final) stream->final->give_up();
  stream->final.reset();
  if (!stream->open) {
    return state_->fail_final(*stream, request,
                              {ErrorCode::failed_precondition, kDomain, "no utterance is open", base::Retry::never, 0});
  }
  auto control = std::make_shared<PassControl>();
  stream->final = control;
  Pass pass;
  pass.utterance = stream->utterance;
  pass.to = to_sample;
  const auto deadline = base::monotonic_now() + kFinalUrgency;
  if (!state_->pool.submit(deadline, [state = state_, stream, pass, request, control] {
        state->run_final(stream, pass, request, control);
      })) {
    stream->final.reset();
    state_->fail_final(
        *stream, request,
        {ErrorCode::resource_exhausted, kDomain, "the queue for speech models is full", base::Retry::later, 0});
  }
}

void MoonshineStt::end_utterance(StreamId id) {
  const auto stream = state_->streams.find(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  stream->open = false;
  if (stream->partial) stream->partial->give_up();
}

void MoonshineStt::close(StreamId id) {
  const auto stream = state_->streams.take(id);
  if (!stream) return;
  const std::lock_guard lock(stream->mutex);
  stream->sink = nullptr;
  stream->open = false;
  if (stream->partial) stream->partial->give_up();
  if (stream->final) stream->final->give_up();
}

MoonshineStats MoonshineStt::stats() const {
  return {state_->partials, state_->partials_skipped, state_->partials_given_up,
          state_->finals,   state_->finals_stale,     state_->failures};
}

}  // namespace frontdesk::local_stt
