// Voice activity by Silero VAD 5 at 8 kHz (https://github.com/snakers4/silero-vad, MIT). One thread
// serves every stream: windows that are ready at about the same time share one run of the model.
#pragma once
#include <memory>

#include "base/time.hpp"
#include "inference/model_files.hpp"
#include "speech/vad.hpp"

namespace frontdesk::local_vad {

inline constexpr std::size_t kMaxStreams = 512;
inline constexpr std::size_t kMaxBatch = 128;
/// How long a ready window may wait for others to share its run.
inline constexpr auto kGatherTime = std::chrono::milliseconds(3);

struct SileroStats {
  std::uint64_t windows = 0;
  std::uint64_t runs = 0;           ///< windows / runs is the mean batch
  std::uint64_t samples_lost = 0;   ///< replaced by silence because a stream's queue was full
  std::uint64_t failed_runs = 0;    ///< their windows were reported as silence
  base::Duration busy{0};           ///< in the model, all runs together
  base::Duration longest_delay{0};  ///< from a window being complete to its delivery
};

class SileroVad final : public speech::VoiceActivityDetector {
 public:
  static base::Result<std::unique_ptr<SileroVad>> create(const inference::ModelFiles& files);
  ~SileroVad() override;

  base::Status open(speech::StreamId stream, speech::VadSink& sink) override;
  void push(speech::StreamId stream, audio::PcmView pcm) override;
  void close(speech::StreamId stream) override;

  SileroStats stats() const;

 private:
  struct State;
  explicit SileroVad(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::local_vad
