#include "stub_engines/stub_stt.hpp"

#include <limits>
#include <string_view>

namespace frontdesk::stub_engines {
namespace {

const char* question(std::uint64_t utterance) {
  return kQuestions[utterance % kQuestions.size()];
}

/// Its first `count` words.
std::string words_of_question(std::uint64_t utterance, int count) {
  const std::string_view text = question(utterance);
  std::size_t end = 0;
  for (int i = 0; i < count && end != std::string_view::npos; ++i) end = text.find(' ', end == 0 ? 0 : end + 1);
  return std::string(text.substr(0, end));
}

}  // namespace

base::Status StubStt::open(speech::StreamId stream, const speech::SttOptions&, speech::SttSink& sink) {
  const std::lock_guard lock(mutex_);
  streams_[stream] = std::make_shared<Stream>(sink);
  return {};
}

std::shared_ptr<StubStt::Stream> StubStt::find(speech::StreamId stream) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : found->second;
}

void StubStt::begin_utterance(speech::StreamId id, std::uint64_t) {
  const auto stream = find(id);
  if (stream == nullptr) return;
  std::uint64_t utterance = 0;
  {
    const std::lock_guard lock(stream->mutex);
    utterance = stream->utterance = ++stream->utterances;
  }
  schedule_partial(id, stream, utterance, 1);
}

void StubStt::schedule_partial(speech::StreamId id, const std::shared_ptr<Stream>& stream, std::uint64_t utterance,
                               int words) {
  const auto send = [this, id, stream, utterance, words] {
    {
      const std::lock_guard lock(stream->mutex);
      if (stream->utterance != utterance) return;
    }
    speech::Transcript partial;
    partial.stream = id;
    partial.text = base::Pii<std::string>(words_of_question(utterance, words));
    stream->sink.with([&](speech::SttSink& sink) { sink.on_partial(partial); });
    if (words_of_question(utterance, words) != question(utterance)) schedule_partial(id, stream, utterance, words + 1);
  };
  (void)timer_.at(timer_.now() + kPartialEvery, send);  // a partial that is missing is allowed
}

void StubStt::finalize(speech::StreamId id, base::RequestId request, std::uint64_t to_sample) {
  const auto stream = find(id);
  if (stream == nullptr) return;
  std::uint64_t utterance = 0;
  {
    const std::lock_guard lock(stream->mutex);
    stream->newest = request;
    utterance = stream->utterances;
  }
  const auto fault = dice_.next();
  if (fault == Fault::hang) return;
  speech::Transcript transcript;
  transcript.stream = id;
  transcript.request = request;
  transcript.text = base::Pii<std::string>(std::string(question(utterance)));
  transcript.confidence = 0.95F;
  transcript.end_sample = to_sample;
  transcript.engine_time = delay_;
  const auto wait = delay_ + (fault == Fault::slow ? kSlowness : base::Duration{0});
  (void)timer_.at(timer_.now() + wait, [stream, transcript, fault] { answer(*stream, transcript, fault); });
}

void StubStt::answer(Stream& stream, const speech::Transcript& transcript, Fault fault) {
  {
    const std::lock_guard lock(stream.mutex);
    if (stream.newest != transcript.request) return;
  }
  auto said = transcript;
  if (fault == Fault::empty) said.text = base::Pii<std::string>(std::string());
  if (fault == Fault::garbage) {
    said.text = base::Pii<std::string>(std::string("\xc3\x28\xff\xfe\x01\x02 ###"));
    said.confidence = std::numeric_limits<float>::quiet_NaN();
  }
  stream.sink.with([&](speech::SttSink& sink) {
    if (fault == Fault::cut) return sink.on_stt_failed(said.stream, said.request, broken_off());
    if (fault == Fault::limited) return sink.on_stt_failed(said.stream, said.request, too_many_requests());
    sink.on_final(said);
  });
}

void StubStt::end_utterance(speech::StreamId id) {
  const auto stream = find(id);
  if (stream == nullptr) return;
  const std::lock_guard lock(stream->mutex);
  stream->utterance = 0;
}

void StubStt::close(speech::StreamId id) {
  const auto stream = find(id);
  if (stream == nullptr) return;
  {
    const std::lock_guard lock(stream->mutex);
    stream->utterance = 0;
    stream->newest = 0;
  }
  stream->sink.close();
  const std::lock_guard lock(mutex_);
  streams_.erase(id);
}

}  // namespace frontdesk::stub_engines
