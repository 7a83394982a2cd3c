// Sends each request to the engine its voice belongs to: "flite:..." to flite, all others to the
// neural voices.
#pragma once
#include "speech/tts.hpp"

namespace frontdesk::local_tts {

class VoiceRouter final : public speech::TextToSpeech {
 public:
  /// Both must outlive the router.
  VoiceRouter(speech::TextToSpeech& neural, speech::TextToSpeech& flite) : neural_(neural), flite_(flite) {}

  void start(const speech::SynthesisRequest& request, speech::TtsSink& sink) override {
    (request.voice.name.starts_with("flite:") ? flite_ : neural_).start(request, sink);
  }
  /// Idempotent in both engines, so no table of who has which request is needed.
  void cancel(base::RequestId request) override {
    neural_.cancel(request);
    flite_.cancel(request);
  }

 private:
  speech::TextToSpeech& neural_;
  speech::TextToSpeech& flite_;
};

}  // namespace frontdesk::local_tts
