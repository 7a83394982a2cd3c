// A voice that hums: voiced sound with the rhythm of syllables, as long as the text would take, the first
// of it after a known time and the rest faster than it is spoken.
#pragma once
#include <atomic>

#include "speech/tts.hpp"
#include "stub_engines/deliveries.hpp"
#include "stub_engines/faults.hpp"

namespace frontdesk::stub_engines {

inline constexpr int kChunkMs = 400;
inline constexpr double kLongestHum = 15;  ///< seconds
inline constexpr base::Duration kChunkEvery = base::milliseconds(100);

/// The hum that all texts are cut from, at the telephone rate.
audio::Pcm hum(double seconds);

class StubTts final : public speech::TextToSpeech {
 public:
  StubTts(fallback::Timer& timer, base::Duration delay, FaultPlan fault)
      : deliveries_(timer), delay_(delay), dice_(fault), longest_(hum(kLongestHum)) {}

  /// Until begin_delays() it answers at once and never fails: phrases are prepared before the first call.
  void start(const speech::SynthesisRequest& request, speech::TtsSink& sink) override;
  void cancel(base::RequestId request) override { deliveries_.close(request); }
  void begin_delays() { delayed_ = true; }

 private:
  /// As long as so many characters take to say; softly ended.
  audio::Pcm hum_for(std::size_t characters) const;
  void speak(const speech::SynthesisRequest& request, base::Duration after, Fault fault);
  void finish(base::RequestId id, base::Duration after, Fault fault);

  Deliveries<speech::TtsSink> deliveries_;
  const base::Duration delay_;
  FaultDice dice_;
  const audio::Pcm longest_;
  std::atomic<bool> delayed_{false};
};

}  // namespace frontdesk::stub_engines
