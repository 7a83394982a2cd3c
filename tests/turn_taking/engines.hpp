// The engines of the listening side, asked one question at a time: real models, no clock. Each answer
// depends only on the sound, so that a run can be repeated and answers can be remembered.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "inference/model_files.hpp"
#include "inference/worker_pool.hpp"
#include "speech/stt.hpp"
#include "speech/tts.hpp"
#include "speech/turn_detector.hpp"
#include "speech/vad.hpp"

namespace frontdesk::turn_taking {

struct Recognised {
  std::string text;
  float confidence = 0;
  base::Duration engine_time{0};
};

/// `product`: as the program chooses, smart-turn if its model is installed, else prosody.
enum class Detector { product, none, prosody, smart };

class Engines {
 public:
  static base::Result<std::unique_ptr<Engines>> create(const inference::ModelFiles& models, Detector detector);
  ~Engines();

  // All are thread-safe and block; a missing answer within kAnswerLimit is an error.
  /// One probability for each whole window of 256 samples.
  base::Result<std::vector<float>> speech_probabilities(audio::PcmView pcm);
  /// The text of [from, to). No words is an empty text.
  base::Result<Recognised> transcribe(audio::PcmView pcm, std::size_t from, std::size_t to);
  /// The probability that [from, to) ends a turn; none without a detector or where it cannot judge.
  std::optional<float> turn_end(audio::PcmView pcm, std::size_t from, std::size_t to);
  base::Result<audio::Pcm> say(const std::string& text, const speech::VoiceId& voice, int rate);
  bool has_detector() const { return turns_ != nullptr; }

 private:
  Engines() = default;
  std::atomic<std::uint64_t> next_id_{1};
  std::unique_ptr<inference::WorkerPool> pool_;
  std::unique_ptr<speech::VoiceActivityDetector> vad_;
  std::unique_ptr<speech::SpeechToText> stt_;
  std::unique_ptr<speech::TextToSpeech> tts_;
  std::unique_ptr<speech::TurnDetector> turns_;
};

}  // namespace frontdesk::turn_taking
