// Speech to text by Moonshine tiny (https://arxiv.org/abs/2410.15608, MIT), English. The model
// transcribes whole stretches: partials come from transcribing the open utterance again and again
// while a worker is free; the final is one pass with an early deadline.
#pragma once
#include <memory>

#include "inference/model_files.hpp"
#include "inference/worker_pool.hpp"
#include "speech/stt.hpp"

namespace frontdesk::local_stt {

inline constexpr std::size_t kMaxStreams = 256;
inline constexpr int kHistorySeconds = 40;   ///< of audio kept for each stream
inline constexpr int kPreRollMs = 200;       ///< transcribed before the reported start of speech
inline constexpr int kPartialEveryMs = 500;  ///< at most, and never more than a third of a worker
inline constexpr int kMaxPassSeconds = 24;   ///< longer utterances are cut at a quiet place and joined

struct MoonshineStats {
  std::uint64_t partials = 0;
  std::uint64_t partials_skipped = 0;   ///< no worker was free
  std::uint64_t partials_given_up = 0;  ///< something more urgent came
  std::uint64_t finals = 0;
  std::uint64_t finals_stale = 0;  ///< overtaken by a newer request
  std::uint64_t failures = 0;
};

class MoonshineStt final : public speech::SpeechToText {
 public:
  /// `pool` must outlive the engine. Loads the model (about 0.4 s, 260 MB).
  static base::Result<std::unique_ptr<MoonshineStt>> create(const inference::ModelFiles& files,
                                                            inference::WorkerPool& pool);
  ~MoonshineStt() override;

  base::Status open(speech::StreamId stream, const speech::SttOptions& options, speech::SttSink& sink) override;
  void push(speech::StreamId stream, audio::PcmView pcm) override;
  void begin_utterance(speech::StreamId stream, std::uint64_t from_sample) override;
  void finalize(speech::StreamId stream, base::RequestId request, std::uint64_t to_sample) override;
  void end_utterance(speech::StreamId stream) override;
  void close(speech::StreamId stream) override;

  MoonshineStats stats() const;

 private:
  struct State;
  explicit MoonshineStt(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace frontdesk::local_stt
