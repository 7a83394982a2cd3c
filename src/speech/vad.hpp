// Port: voice activity detection. One probability of speech per window of 256 samples at 8 kHz.
#pragma once
#include <cstdint>

#include "audio/pcm.hpp"
#include "base/error.hpp"

namespace frontdesk::speech {

/// Chosen by the owner of the audio; unique among open streams of one engine.
using StreamId = std::uint64_t;

inline constexpr std::size_t kVadWindowSamples = 256;  ///< 32 ms at 8 kHz

/// Window `index` covers samples [index * 256, (index + 1) * 256) of what was pushed.
struct VadWindow {
  StreamId stream = 0;
  std::uint64_t index = 0;
  float speech_probability = 0;  ///< 0 to 1
};

class VadSink {
 public:
  virtual ~VadSink() = default;
  /// On the engine's thread: hand over and return.
  virtual void on_vad(const VadWindow& window) = 0;
};

class VoiceActivityDetector {
 public:
  virtual ~VoiceActivityDetector() = default;
  /// `sink` must outlive the stream. resource_exhausted when the engine is at its limit.
  virtual base::Status open(StreamId stream, VadSink& sink) = 0;
  /// 8 kHz samples, any amount; never blocks. Audio that does not fit the bounded queue is replaced
  /// by silence so that window indices stay true, and counted.
  virtual void push(StreamId stream, audio::PcmView pcm) = 0;
  /// No event of this stream is delivered after close() returns.
  virtual void close(StreamId stream) = 0;
};

}  // namespace frontdesk::speech
