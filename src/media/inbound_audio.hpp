// The caller's sound: from accepted RTP packets of one source at a time to one frame per tick.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "audio/g711.hpp"
#include "audio/pcm.hpp"
#include "base/time.hpp"
#include "media/concealer.hpp"
#include "rtp/jitter_buffer.hpp"
#include "rtp/packet.hpp"
#include "rtp/receiver_statistics.hpp"

namespace frontdesk::media {

class InboundAudio {
 public:
  explicit InboundAudio(audio::G711Law law) : law_(law) {}

  /// Decides whether the packet belongs to the stream being heard. A new SSRC is followed when the
  /// old one is silent, or at its second packet in a row; until then its packets are refused.
  bool admit(const rtp::Header& header, base::Instant now);
  /// An admitted packet of G.711.
  void on_audio(const rtp::Packet& packet, base::Instant now);
  void on_comfort_noise() { jitter_.note_comfort_noise(); }

  /// Fills one frame, every 20 ms.
  void pull(std::span<audio::Sample, audio::kFrameSamples> out, base::Instant now);
  /// A new codec: what is buffered cannot be decoded any more.
  void set_law(audio::G711Law law);

  const rtp::ReceiverStatistics& statistics() const { return statistics_; }
  const rtp::JitterBuffer& jitter() const { return jitter_; }
  std::uint64_t concealed_frames() const { return concealed_frames_; }
  std::uint64_t source_changes() const { return source_changes_; }

 private:
  void follow(const rtp::Header& header);
  void render(const rtp::JitterFrame& frame, std::span<audio::Sample, audio::kFrameSamples> out);

  audio::G711Law law_;
  rtp::JitterBuffer jitter_;
  rtp::ReceiverStatistics statistics_{audio::kTelephoneRate};
  Concealer concealer_;
  std::optional<std::uint32_t> ssrc_;
  std::optional<std::uint32_t> candidate_ssrc_;
  std::uint16_t candidate_sequence_ = 0;
  base::Instant last_packet_;
  bool heard_anything_ = false;
  std::uint64_t concealed_frames_ = 0;
  std::uint64_t source_changes_ = 0;
  std::array<audio::Sample, rtp::kMaxFramePayload> scratch_{};
};

}  // namespace frontdesk::media
