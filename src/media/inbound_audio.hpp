// The caller's sound: from accepted RTP packets of one source at a time to one frame per tick, at 8 kHz
// whatever the codec.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "audio/g711.hpp"
#include "audio/pcm.hpp"
#include "base/time.hpp"
#include "codec/coder.hpp"
#include "codec/comfort_noise.hpp"
#include "media/concealer.hpp"
#include "media/packet_store.hpp"
#include "rtp/jitter_buffer.hpp"
#include "rtp/packet.hpp"
#include "rtp/receiver_statistics.hpp"
#include "rtp/sequence.hpp"

namespace frontdesk::media {

/// What was played, to judge the quality by: frames while the caller's side was sending.
struct PlayoutLoss {
  std::uint64_t frames = 0;
  std::uint64_t concealed = 0;  ///< wholly or in part
  std::uint64_t bursts = 0;     ///< runs of concealed frames
};

class InboundAudio {
 public:
  explicit InboundAudio(codec::Codec codec);

  /// Decides whether the packet belongs to the stream being heard. A new SSRC is followed when the
  /// old one is silent, or at its second packet in a row; until then its packets are refused.
  bool admit(const rtp::Header& header, base::Instant now);
  /// An admitted packet of the codec. False: it is malformed.
  bool on_audio(const rtp::Packet& packet, base::Instant now);
  void on_comfort_noise(std::span<const std::uint8_t> payload);

  /// What the next packet and frame will touch.
  void prefetch() const;
  /// Fills one frame, every 20 ms.
  void pull(std::span<audio::Sample, audio::kFrameSamples> out, base::Instant now);
  /// Right before the last frame one of quiet was left out: whoever measures pauses must know.
  bool quiet_left_out() const { return quiet_left_out_; }
  /// A new codec: what is buffered cannot be decoded any more. Allocates.
  void set_codec(codec::Codec codec);

  std::optional<std::uint32_t> source() const { return ssrc_; }
  const rtp::ReceiverStatistics& statistics() const { return statistics_; }
  rtp::ReceiverStatistics& statistics() { return statistics_; }
  const rtp::JitterBuffer& jitter() const { return jitter_; }
  const PlayoutLoss& loss() const { return loss_; }
  std::uint64_t concealed_frames() const { return loss_.concealed; }
  std::uint64_t source_changes() const { return source_changes_; }

 private:
  using Frame = std::span<audio::Sample, audio::kFrameSamples>;

  void follow(const rtp::Header& header);
  void forget_buffered();
  bool on_whole_packet(const rtp::Packet& packet, base::Instant now);
  void note_level(audio::PcmView frame);
  bool render(const rtp::JitterFrame& frame, Frame out);
  void decode_codes(std::span<const std::uint8_t> codes, std::span<audio::Sample> out);
  bool decode_places(std::uint8_t place, std::uint32_t timestamp, std::span<audio::Sample> out);
  void fill_gap(std::optional<std::uint32_t> timestamp, std::span<audio::Sample> out);
  void fade_out_of_speech(Frame out);
  void count(bool concealed);

  codec::Codec codec_;
  std::optional<audio::G711Law> law_;          ///< of G.711, which needs no decoder
  std::unique_ptr<codec::Decoder> decoder_;    ///< of the others
  std::unique_ptr<PacketStore> packets_;       ///< of a codec whose packets cannot be cut
  std::optional<std::uint32_t> decoded_from_;  ///< timestamp of the packet in decoded_
  std::array<audio::Sample, rtp::kMaxFramePayload> decoded_{};
  rtp::TimestampUnwrapper timestamps_;
  rtp::JitterBuffer jitter_;
  rtp::ReceiverStatistics statistics_;
  Concealer concealer_;
  codec::ComfortNoise noise_;
  std::optional<std::uint32_t> ssrc_;
  std::optional<std::uint32_t> candidate_ssrc_;
  std::uint16_t candidate_sequence_ = 0;
  base::Instant last_packet_;
  bool heard_anything_ = false;
  bool quiet_ = false;  ///< the last frame played, for codecs whose packets do not tell before they are decoded
  bool in_burst_ = false;
  bool quiet_left_out_ = false;
  PlayoutLoss loss_;
  std::uint64_t source_changes_ = 0;
  std::array<audio::Sample, rtp::kMaxFramePayload> scratch_{};
};

}  // namespace frontdesk::media
