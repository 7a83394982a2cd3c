// Packets that cannot be cut (Opus) waiting for their turn in the jitter buffer, which meanwhile holds
// the place of each where it would hold codes of samples.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/coder.hpp"

namespace frontdesk::media {

/// Timestamps and lengths are in samples at 8 kHz.
class PacketStore {
 public:
  struct Stored {
    std::uint32_t timestamp = 0;
    std::size_t samples = 0;  ///< 0: the place is empty
    std::size_t size = 0;
    std::array<std::uint8_t, codec::kMaxPayloadBytes> bytes{};

    std::span<const std::uint8_t> payload() const { return std::span(bytes).first(size); }
  };

  /// The payload, at most codec::kMaxPayloadBytes, in the next place; the oldest makes room.
  std::uint8_t put(std::uint32_t timestamp, std::size_t samples, std::span<const std::uint8_t> payload);
  /// The buffer did not want the last one.
  void take_back();
  /// Null if the place by now holds another packet.
  const Stored* at(std::uint8_t place, std::uint32_t timestamp) const;
  const Stored* beginning_at(std::uint32_t timestamp) const;
  void clear();

 private:
  static constexpr std::size_t kPlaces = 64;
  std::array<Stored, kPlaces> places_;
  std::size_t next_ = 0;
};

}  // namespace frontdesk::media
