// Engines asked one thing at a time: each call waits for the whole answer and says how long it took, so
// that a call can be run on a clock of its own.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "llm/chat.hpp"
#include "runtime/engines.hpp"

namespace frontdesk::rerun {

/// An answer's parts with the time from the question to each.
struct ChatAnswer {
  std::vector<std::pair<base::Duration, std::string>> text;
  base::Duration whole{0};
  base::Result<llm::ChatOutcome> outcome;
};

struct SpokenPiece {
  audio::Pcm pcm;
  base::Duration first{0};  ///< to the first sound
  base::Duration whole{0};
  base::Status status;
};

struct HeardText {
  base::Result<speech::Transcript> transcript;
  base::Duration whole{0};
};

/// The model alone, or with the engines of sound.
class TimedEngines {
 public:
  explicit TimedEngines(llm::ChatModel& chat);
  explicit TimedEngines(const runtime::Engines& engines);
  ~TimedEngines();
  TimedEngines(const TimedEngines&) = delete;
  TimedEngines& operator=(const TimedEngines&) = delete;

  bool has_sound() const;
  ChatAnswer ask(const llm::ChatRequest& request);

  // Only with sound.
  SpokenPiece speak(base::RequestId id, const std::string& text, const speech::VoiceId& voice);
  base::Status open(speech::StreamId stream);
  /// The detector's windows that these samples completed.
  std::vector<speech::VadWindow> push(audio::PcmView pcm);
  void begin_utterance(std::uint64_t from_sample);
  HeardText transcribe(base::RequestId request, std::uint64_t to_sample);
  void end_utterance();
  /// None if there is no detector, or it does not answer.
  std::optional<std::pair<float, base::Duration>> judge(base::RequestId request, std::uint64_t from, std::uint64_t to);
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::rerun
