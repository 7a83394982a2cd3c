// Our sound: frames of 20 ms in, payloads of 10 to 60 ms out.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "audio/g711.hpp"
#include "audio/pcm.hpp"
#include "codec/coder.hpp"

namespace frontdesk::media {

inline constexpr std::size_t kMaxPacketsPerTick = 2;  ///< packets of 10 ms

class Packetizer {
 public:
  Packetizer(codec::Codec codec, int packet_ms) { configure(codec, packet_ms); }
  /// What waits is dropped. Allocates when the codec changes.
  void configure(codec::Codec codec, int packet_ms);
  void adapt(const codec::SendingProfile& profile);

  /// The frame becomes what the peer will hear, as far as that is known here: G.711 is applied to it.
  void push(std::span<audio::Sample, audio::kFrameSamples> frame);
  struct Payload {
    std::span<const std::uint8_t> bytes;  ///< valid until the next call
    std::size_t waiting_before = 0;       ///< samples at 8 kHz from its first one to the end of the last frame
  };
  /// The next whole packet, if there is one.
  std::optional<Payload> pop();

  bool empty() const { return waiting_ == 0; }
  void clear();

 private:
  static constexpr std::size_t kCapacity = audio::samples_for(80, audio::kTelephoneRate);

  void drop_front(std::size_t samples);

  codec::Codec codec_ = codec::Codec::pcmu;
  std::optional<audio::G711Law> law_ = audio::G711Law::mu;
  std::unique_ptr<codec::Encoder> encoder_;  ///< unset for G.711
  bool whole_packets_ = false;               ///< encoded when a packet is full, from samples_
  std::size_t packet_samples_ = audio::kFrameSamples;
  std::size_t waiting_ = 0;
  std::size_t taken_ = 0;  ///< by the last pop(), still at the front
  std::array<audio::Sample, kCapacity> samples_{};
  std::array<std::uint8_t, kCapacity> codes_{};
  std::array<std::uint8_t, codec::kMaxPayloadBytes> payload_{};
};

}  // namespace frontdesk::media
