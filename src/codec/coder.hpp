// One encoder and one decoder for every codec. A coder is made for a rate of linear samples: G.711 for
// 8 kHz; G.722 for 16 kHz or, by its lower sub-band alone, for 8 kHz; Opus for 8, 12, 16, 24 or 48 kHz.
// Nothing is allocated after construction. One stream and one thread each.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audio/pcm.hpp"
#include "codec/codec.hpp"

namespace frontdesk::codec {

inline constexpr std::size_t kMaxPayloadBytes = 1275;  ///< of what an encoder writes
inline constexpr int kMaxPacketMs = 120;               ///< of what a decoder takes

inline constexpr int kUsualBitRate = 24'000;
inline constexpr int kCongestedBitRate = 22'000;  ///< the least that leaves Opus bits for copies, at 25 % expected loss

/// How to send over the line as it is. Only Opus knows what to do with loss and bit rate.
struct SendingProfile {
  int expected_loss_percent = 10;  ///< the more, the more of the packet before is sent along
  int bit_rate = kUsualBitRate;
  int packet_ms = 20;
  friend bool operator==(const SendingProfile&, const SendingProfile&) = default;
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// One packet of packet_ms(): the bytes written; 0 if `out` is too small or the length impossible.
  virtual std::size_t encode(audio::PcmView pcm, std::span<std::uint8_t> out) = 0;
  /// From the next packet on.
  virtual void adapt(const SendingProfile& /*profile*/) {}
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  /// How many samples the packet holds; 0 if it is malformed or longer than kMaxPacketMs.
  virtual std::size_t samples_in(std::span<const std::uint8_t> payload) const = 0;
  /// The next packet or, of G.711 and G.722, any part of it. The samples written; 0 if it is
  /// malformed or `out` is too small.
  virtual std::size_t decode(std::span<const std::uint8_t> payload, std::span<audio::Sample> out) = 0;
  /// What was lost just before `next`, from the copy that `next` may carry (Opus in-band FEC). False:
  /// this codec cannot, and nothing was written.
  virtual bool recover(std::span<const std::uint8_t> next, std::span<audio::Sample> out);
  /// Continues the sound over a loss. False: this codec cannot, and nothing was written.
  virtual bool conceal(std::span<audio::Sample> out);
  /// Another stream begins.
  virtual void reset() {}
};

bool supports(Codec codec, int sample_rate);
/// The rate must be supported.
std::unique_ptr<Encoder> make_encoder(Codec codec, int sample_rate = audio::kTelephoneRate);
std::unique_ptr<Decoder> make_decoder(Codec codec, int sample_rate = audio::kTelephoneRate);

}  // namespace frontdesk::codec
