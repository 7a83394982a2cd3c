// Port: does a pause end the caller's turn? Judged by the sound alone (melody, loudness, length of the
// last syllables); the words are judged elsewhere.
#pragma once
#include <cstdint>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "speech/vad.hpp"

namespace frontdesk::speech {

class TurnDetectorSink {
 public:
  virtual ~TurnDetectorSink() = default;
  /// On the engine's thread: hand over and return. `probability` 0: goes on for certain; 1: done.
  virtual void on_turn_end(StreamId stream, base::RequestId request, float probability) = 0;
};

class TurnDetector {
 public:
  virtual ~TurnDetector() = default;
  virtual base::Status open(StreamId stream, TurnDetectorSink& sink) = 0;
  /// 8 kHz samples; never blocks. At least the last 8 s are kept.
  virtual void push(StreamId stream, audio::PcmView pcm) = 0;
  /// Judges the speech that ended at `to_sample`, counted from the first sample pushed. Answered once
  /// or, when it cannot be judged (too little speech, overload, a newer request), not at all: nobody waits.
  virtual void judge(StreamId stream, base::RequestId request, std::uint64_t from_sample, std::uint64_t to_sample) = 0;
  /// No event of this stream is delivered after close() returns.
  virtual void close(StreamId stream) = 0;
};

}  // namespace frontdesk::speech
