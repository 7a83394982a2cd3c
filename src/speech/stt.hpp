// Port: speech to text for live audio. One shape for engines that stream (audio in, text out as it
// comes) and for engines that transcribe whole segments again and again.
#pragma once
#include <cstdint>
#include <string>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/protect.hpp"
#include "speech/vad.hpp"

namespace frontdesk::speech {

struct SttOptions {
  std::string language = "en";
  int sample_rate = audio::kTelephoneRate;  ///< of the samples pushed
};

struct Transcript {
  StreamId stream = 0;
  base::RequestId request = 0;  ///< the finalize() this answers; 0 for a partial
  base::Pii<std::string> text;
  float confidence = 0;           ///< 0 to 1; 0 = the engine does not say
  std::uint64_t end_sample = 0;   ///< the text covers audio up to here
  base::Duration engine_time{0};  ///< spent computing, for the stage times
};

class SttSink {
 public:
  virtual ~SttSink() = default;
  // All on the engine's thread: hand over and return.
  virtual void on_partial(const Transcript& transcript) = 0;
  virtual void on_final(const Transcript& transcript) = 0;
  virtual void on_stt_failed(StreamId stream, base::RequestId request, const base::Error& error) = 0;
};

/// Samples are numbered from 0 by the order of push() on the stream.
class SpeechToText {
 public:
  virtual ~SpeechToText() = default;
  virtual base::Status open(StreamId stream, const SttOptions& options, SttSink& sink) = 0;
  /// Never blocks. Engines keep a bounded stretch of the past (at least 30 s).
  virtual void push(StreamId stream, audio::PcmView pcm) = 0;
  /// The caller began to speak at `from_sample` (may lie in the past): an utterance is open and
  /// partials may be sent until end_utterance().
  virtual void begin_utterance(StreamId stream, std::uint64_t from_sample) = 0;
  /// Asks for the best text of the open utterance up to `to_sample`. May be asked several times
  /// while the caller pauses; each is answered once, by final or failed, unless a newer one on the
  /// same stream makes it stale, and then by nothing.
  virtual void finalize(StreamId stream, base::RequestId request, std::uint64_t to_sample) = 0;
  virtual void end_utterance(StreamId stream) = 0;
  /// No event of this stream is delivered after close() returns.
  virtual void close(StreamId stream) = 0;
};

}  // namespace frontdesk::speech
