// Port: text to speech, streamed.
#pragma once
#include <string>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace frontdesk::speech {

/// Who speaks: an engine's own name for a voice ("libritts:403", "flite:slt"), and how fast.
struct VoiceId {
  std::string name;
  double speed = 1.0;  ///< 0.5 to 2; 1 is the voice's own pace
  friend bool operator==(const VoiceId&, const VoiceId&) = default;
};

struct SynthesisRequest {
  base::RequestId id = 0;
  std::string text;  ///< one sentence or clause, at most 400 characters
  VoiceId voice;
  int sample_rate = audio::kTelephoneRate;  ///< wanted; the engine converts
  base::Instant deadline = base::kNever;    ///< when the first sound is needed: sets the priority
};

class TtsSink {
 public:
  virtual ~TtsSink() = default;
  // All on the engine's thread: hand over and return.
  virtual void on_audio(base::RequestId request, audio::Pcm pcm) = 0;
  /// After the last on_audio. `engine_time` is what the synthesis cost.
  virtual void on_synthesis_done(base::RequestId request, base::Duration engine_time) = 0;
  virtual void on_synthesis_failed(base::RequestId request, const base::Error& error) = 0;
};

class TextToSpeech {
 public:
  virtual ~TextToSpeech() = default;
  /// Never blocks. Answered by audio and done, or by failed; ids are unique per process.
  virtual void start(const SynthesisRequest& request, TtsSink& sink) = 0;
  /// Idempotent. No event of this request is delivered after cancel() returns.
  virtual void cancel(base::RequestId request) = 0;
};

}  // namespace frontdesk::speech
