// A chain of voices: when one hangs, fails or says nothing, the next speaks, with a voice of its own. A
// decorator. Once sound was passed on a failure is passed on too: half a sentence is not begun again.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fallback/ladder.hpp"
#include "speech/tts.hpp"

namespace frontdesk::speech {

/// To the first sound, and between two parts of it.
inline constexpr fallback::Patience kVoicePatience{base::milliseconds(800), base::Duration{0},
                                                   base::milliseconds(2000)};

struct VoiceProvider {
  TextToSpeech& voice;  ///< outlives the chain
  std::string name;
  VoiceId speaks_as;  ///< instead of the voice asked for; empty: that one
  fallback::Patience patience = kVoicePatience;
  /// True for what it says from memory (PhraseCache::holds): it is then asked even while it is left alone.
  std::function<bool(const SynthesisRequest&)> at_hand;
};

class FallbackVoice final : public TextToSpeech {
 public:
  /// In the order of preference.
  FallbackVoice(std::vector<VoiceProvider> chain, fallback::ChainOptions options);
  ~FallbackVoice() override;

  void start(const SynthesisRequest& request, TtsSink& sink) override;
  void cancel(base::RequestId request) override;

  std::vector<fallback::ProviderStats> stats() const;

 private:
  class Request;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::speech
