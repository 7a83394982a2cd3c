// Text to speech by flite (http://www.festvox.org/flite/): plain, but about ten times cheaper than
// VITS. The voice of overload. flite's reference counts are not atomic: one synthesis runs at a time
// in the process.
#pragma once
#include <memory>

#include "inference/worker_pool.hpp"
#include "speech/tts.hpp"

namespace frontdesk::local_tts {

/// Voices "flite:slt" (the default, also for an empty name) and "flite:kal".
class FliteTts final : public speech::TextToSpeech {
 public:
  static base::Result<std::unique_ptr<FliteTts>> create(inference::WorkerPool& pool);
  ~FliteTts() override;

  void start(const speech::SynthesisRequest& request, speech::TtsSink& sink) override;
  void cancel(base::RequestId request) override;

 private:
  struct State;
  explicit FliteTts(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace frontdesk::local_tts
