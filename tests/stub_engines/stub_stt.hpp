// A recogniser that hears one of two questions in everything, after a known time.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "fallback/timer.hpp"
#include "inference/guarded_sink.hpp"
#include "speech/stt.hpp"
#include "stub_engines/faults.hpp"

namespace frontdesk::stub_engines {

/// In turn: a caller who says the same again and again is taken to go round in circles.
inline constexpr std::array kQuestions = {"What time do you open tomorrow?", "What time do you close tomorrow?"};
inline constexpr base::Duration kPartialEvery = base::milliseconds(300);  ///< one word more each time

class StubStt final : public speech::SpeechToText {
 public:
  StubStt(fallback::Timer& timer, base::Duration delay, FaultPlan fault) : timer_(timer), delay_(delay), dice_(fault) {}

  base::Status open(speech::StreamId stream, const speech::SttOptions& options, speech::SttSink& sink) override;
  void push(speech::StreamId, audio::PcmView) override {}
  void begin_utterance(speech::StreamId stream, std::uint64_t from_sample) override;
  void finalize(speech::StreamId stream, base::RequestId request, std::uint64_t to_sample) override;
  void end_utterance(speech::StreamId stream) override;
  void close(speech::StreamId stream) override;

 private:
  struct Stream {
    explicit Stream(speech::SttSink& s) : sink(s) {}
    inference::GuardedSink<speech::SttSink> sink;
    std::mutex mutex;
    std::uint64_t utterance = 0;  ///< counts; 0 while none is open
    std::uint64_t utterances = 0;
    base::RequestId newest = 0;
  };
  std::shared_ptr<Stream> find(speech::StreamId stream);
  void schedule_partial(speech::StreamId id, const std::shared_ptr<Stream>& stream, std::uint64_t utterance, int words);
  static void answer(Stream& stream, const speech::Transcript& transcript, Fault fault);

  fallback::Timer& timer_;
  const base::Duration delay_;
  FaultDice dice_;
  std::mutex mutex_;
  std::map<speech::StreamId, std::shared_ptr<Stream>> streams_;
};

}  // namespace frontdesk::stub_engines
