// A chain of recognisers: all hear the caller, the first is asked, and the next when it hangs, fails or
// hears nothing. A decorator. Partial texts come from the first alone.
//
// An empty text may be right (a cough) or a fault, so the next recogniser is asked for a second opinion; if
// it hears nothing either, the empty text stands.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "fallback/ladder.hpp"
#include "speech/stt.hpp"

namespace frontdesk::speech {

inline constexpr fallback::Patience kRecogniserPatience{base::milliseconds(800), base::Duration{0}, base::Duration{0}};

struct SttProvider {
  SpeechToText& stt;  ///< outlives the chain
  std::string name;
  fallback::Patience patience = kRecogniserPatience;  ///< `first` alone counts: there is one answer
};

class FallbackSpeechToText final : public SpeechToText {
 public:
  /// In the order of preference.
  FallbackSpeechToText(std::vector<SttProvider> chain, fallback::ChainOptions options);
  ~FallbackSpeechToText() override;

  /// Succeeds if at least one recogniser does; the others are left out of this stream.
  base::Status open(StreamId stream, const SttOptions& options, SttSink& sink) override;
  void push(StreamId stream, audio::PcmView pcm) override;
  void begin_utterance(StreamId stream, std::uint64_t from_sample) override;
  void finalize(StreamId stream, base::RequestId request, std::uint64_t to_sample) override;
  void end_utterance(StreamId stream) override;
  void close(StreamId stream) override;

  std::vector<fallback::ProviderStats> stats() const;

 private:
  class Ear;
  class Question;
  struct Stream;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::speech
