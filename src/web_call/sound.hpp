// A caller's sound on its way between the messages of a WebSocket and the packets of a call: resampled, cut into 20 ms
// and stamped, so that the call's jitter buffer can deal with bursts and gaps.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/pcm.hpp"
#include "audio/resampler.hpp"
#include "base/time.hpp"
#include "runtime/frame_leg.hpp"

namespace frontdesk::web_call {

/// Samples as the client sends and gets them: 16 bits little-endian, or one byte of G.711 mu-law.
struct Format {
  bool mulaw = false;
  int rate = 16'000;  ///< of pcm16: 8000 or 16000
};
/// "pcm16" or "mulaw"; nullopt: we have no such format.
std::optional<Format> format_of(std::string_view name, int rate);

class SoundIn {
 public:
  static constexpr base::Duration kAhead = base::seconds(2);  ///< further ahead of the clock is dropped
  static constexpr base::Duration kGap =
      base::milliseconds(300);  ///< a longer silence of the client is one of the call
  static constexpr std::size_t kPacketBytes = 160;

  /// Random, as RTP wants them (RFC 3550, section 5.1).
  struct Beginning {
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
  };
  SoundIn(const Format& format, const Beginning& beginning);

  /// Appends the packets that became whole.
  void take(std::string_view bytes, base::Instant now, std::vector<runtime::FrameLeg::Packet>& out);
  std::uint64_t dropped() const { return dropped_; }  ///< packets too far ahead

 private:
  void decode(std::string_view bytes);
  void pack(base::Instant now, std::vector<runtime::FrameLeg::Packet>& out);

  const Format format_;
  Beginning next_;
  std::optional<audio::Resampler> resampler_;
  std::optional<char> half_;  ///< of a sample
  audio::Pcm samples_;        ///< 8 kHz, less than a packet
  std::optional<base::Instant> due_;
  bool marker_ = true;
  std::uint64_t dropped_ = 0;
};

/// One binary message for each packet: 8 bytes of header, then samples. The header is the number of the message (32
/// bits) and its time in samples since the first (32 bits), both big-endian; numbers that are missing were dropped,
/// because the client did not keep up.
class SoundOut {
 public:
  static constexpr std::size_t kHeaderBytes = 8;
  explicit SoundOut(const Format& format);

  /// nullopt: it is no sound, but a report or damaged.
  std::optional<std::string> take(std::span<const std::uint8_t> rtp);

 private:
  const Format format_;
  std::optional<audio::Resampler> resampler_;
  audio::Pcm decoded_, resampled_;
  std::uint32_t number_ = 0;
  std::optional<std::uint32_t> first_timestamp_;
};

}  // namespace frontdesk::web_call
