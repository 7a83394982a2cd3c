// The port for turn detectors, carried out once for all of them: the latest sound of each stream, and which
// request is still wanted. An engine adds only the judgement.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "inference/worker_pool.hpp"
#include "speech/turn_detector.hpp"

namespace frontdesk::turn_streams {

inline constexpr std::size_t kMaxStreams = 512;
inline constexpr std::size_t kHistorySamples = 8 * audio::kTelephoneRate;  ///< kept of each stream
/// How late a judgement on the pool may begin before it is of no use.
inline constexpr auto kUseful = std::chrono::milliseconds(300);

/// Judges an utterance that ends with the samples; none when it cannot tell. Called on several threads at once.
using Judgement = std::function<std::optional<float>(audio::PcmView utterance)>;

struct TurnStreamsStats {
  std::uint64_t judged = 0;
  std::uint64_t unjudged = 0;  ///< the judgement was none
  std::uint64_t stale = 0;     ///< overtaken by a newer request or by close()
  std::uint64_t refused = 0;   ///< the pool was full or too late
};

class TurnStreams final : public speech::TurnDetector {
 public:
  /// Without a pool, judge() answers before it returns: for judgements of about a millisecond. A pool must
  /// outlive the engine. `domain` names the engine in errors.
  TurnStreams(std::string domain, Judgement judgement, inference::WorkerPool* pool);
  ~TurnStreams() override;

  base::Status open(speech::StreamId stream, speech::TurnDetectorSink& sink) override;
  void push(speech::StreamId stream, audio::PcmView pcm) override;
  void judge(speech::StreamId stream, base::RequestId request, std::uint64_t from_sample,
             std::uint64_t to_sample) override;
  void close(speech::StreamId stream) override;

  TurnStreamsStats stats() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< tasks on the pool share it
  inference::WorkerPool* pool_;
};

}  // namespace frontdesk::turn_streams
