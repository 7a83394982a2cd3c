// The local engines, built once and shared by every call: detector, recogniser, voices.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "inference/model_files.hpp"
#include "inference/worker_pool.hpp"
#include "speech/overload_voice.hpp"
#include "speech/phrase_cache.hpp"
#include "speech/stt.hpp"
#include "speech/tts.hpp"
#include "speech/turn_detector.hpp"
#include "speech/vad.hpp"

namespace frontdesk::app {

/// The voices: VITS, with flite when it would come too late, each with a cache of phrases said before.
class LocalVoices {
 public:
  static base::Result<std::unique_ptr<LocalVoices>> create(const inference::ModelFiles& models,
                                                           inference::WorkerPool& pool);
  ~LocalVoices();
  speech::TextToSpeech& tts();
  /// True for a name that one of the engines has.
  static bool knows(std::string_view voice);
  static int neural();  ///< how many: "libritts:0" and on
  /// Synthesises fixed phrases ahead of the first call.
  void prepare(const std::vector<std::string>& phrases, const speech::VoiceId& voice);
  bool prepared() const;
  speech::PhraseCacheStats cache_stats() const;
  speech::OverloadVoiceStats overload_stats() const;

 private:
  struct State;
  explicit LocalVoices(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct SpeechEngines {
  std::unique_ptr<inference::WorkerPool> pool;
  std::unique_ptr<LocalVoices> voices;
  std::unique_ptr<speech::VoiceActivityDetector> vad;
  std::unique_ptr<speech::SpeechToText> stt;
  std::unique_ptr<speech::TurnDetector> turns;
  std::string turns_note;  ///< which turn detector that is, and why; for the log
};

/// A missing or damaged model file is named in the error, with the command that repairs it.
base::Result<SpeechEngines> create_speech_engines(const inference::ModelFiles& models);

}  // namespace frontdesk::app
