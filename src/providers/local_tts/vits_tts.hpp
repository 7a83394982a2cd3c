// Text to speech by a Piper VITS model (LibriTTS-R, 904 speakers, 22.05 kHz; https://arxiv.org/abs/2106.06103)
// with flite's letter-to-sound rules. English. A request is one pass of the model: hand over one
// sentence or clause at a time so that the first sound comes early.
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "inference/model_files.hpp"
#include "inference/worker_pool.hpp"
#include "speech/tts.hpp"

namespace frontdesk::local_tts {

inline constexpr std::size_t kMaxTextCharacters = 400;

/// A speaker that our own recogniser understands well.
struct CuratedVoice {
  std::string_view name;         ///< for VoiceId: "libritts:403"
  std::string_view description;  ///< "lower, 123 Hz"
};
std::span<const CuratedVoice> curated_voices();
inline constexpr std::string_view kDefaultVoice = "libritts:403";

/// Voices "libritts:0" to "libritts:903"; an empty name means kDefaultVoice.
class VitsTts final : public speech::TextToSpeech {
 public:
  /// `pool` must outlive the engine. Loads the model (about 0.5 s, 150 MB).
  static base::Result<std::unique_ptr<VitsTts>> create(const inference::ModelFiles& files, inference::WorkerPool& pool);
  ~VitsTts() override;

  void start(const speech::SynthesisRequest& request, speech::TtsSink& sink) override;
  void cancel(base::RequestId request) override;

 private:
  struct State;
  explicit VitsTts(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace frontdesk::local_tts
