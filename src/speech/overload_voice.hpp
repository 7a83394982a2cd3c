// Degrades by design: when the good voice would come late or fails before its first sound, a cheap
// one speaks. A decorator over two engines.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "speech/tts.hpp"

namespace frontdesk::speech {

struct OverloadVoiceOptions {
  /// How long the primary would make a request wait now, e.g. WorkerPool::expected_wait.
  std::function<base::Duration(const SynthesisRequest&)> expected_wait;
  base::Duration longest_wait = std::chrono::milliseconds(400);
  VoiceId secondary_voice;  ///< spoken instead of the requested one
};

struct OverloadVoiceStats {
  std::uint64_t primary = 0;
  std::uint64_t overloaded = 0;  ///< sent to the secondary because of the wait
  std::uint64_t failed = 0;      ///< sent to the secondary after the primary had failed
};

class OverloadVoice final : public TextToSpeech {
 public:
  /// Both engines must outlive this object.
  OverloadVoice(TextToSpeech& primary, TextToSpeech& secondary, OverloadVoiceOptions options);
  ~OverloadVoice() override;

  void start(const SynthesisRequest& request, TtsSink& sink) override;
  void cancel(base::RequestId request) override;

  OverloadVoiceStats stats() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace frontdesk::speech
