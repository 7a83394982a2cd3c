// Text to speech from memory: phrases said before (greetings, fillers, apologies) answer at once and
// cost nothing. A decorator over any engine.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "speech/tts.hpp"

namespace frontdesk::speech {

struct PhraseCacheOptions {
  std::size_t max_bytes = 32 << 20;         ///< of audio; about 35 minutes at 8 kHz
  std::size_t longest_text = 160;           ///< longer texts are passed through: they hardly come twice
  std::function<base::RequestId()> new_id;  ///< for the requests of prepare(); required to use it
};

struct PhraseCacheStats {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evicted = 0;
  std::size_t phrases = 0;
  std::size_t bytes = 0;
  std::size_t preparing = 0;  ///< phrases that prepare() has still to synthesise
};

class PhraseCache final : public TextToSpeech {
 public:
  /// `inner` must outlive the cache.
  PhraseCache(TextToSpeech& inner, PhraseCacheOptions options);
  ~PhraseCache() override;

  /// A hit is answered on the caller's thread before start() returns.
  void start(const SynthesisRequest& request, TtsSink& sink) override;
  void cancel(base::RequestId request) override;

  /// Synthesises what is not there yet, one after the other, with the latest deadline.
  void prepare(const std::vector<std::string>& texts, const VoiceId& voice, int sample_rate);

  /// True if start() would answer at once.
  bool holds(const SynthesisRequest& request) const;

  PhraseCacheStats stats() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace frontdesk::speech
