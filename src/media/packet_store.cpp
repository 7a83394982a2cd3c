#include "media/packet_store.hpp"

#include <algorithm>

namespace frontdesk::media {

std::uint8_t PacketStore::put(std::uint32_t timestamp, std::size_t samples, std::span<const std::uint8_t> payload) {
  const std::size_t place = next_;
  next_ = (next_ + 1) % kPlaces;
  Stored& stored = places_[place];
  stored.timestamp = timestamp;
  stored.samples = samples;
  stored.size = std::min(payload.size(), stored.bytes.size());
  std::copy_n(payload.begin(), stored.size, stored.bytes.begin());
  return static_cast<std::uint8_t>(place);
}

void PacketStore::take_back() {
  next_ = (next_ + kPlaces - 1) % kPlaces;
  places_[next_].samples = 0;
}

const PacketStore::Stored* PacketStore::at(std::uint8_t place, std::uint32_t timestamp) const {
  if (place >= kPlaces) return nullptr;
  const Stored& stored = places_[place];
  return timestamp - stored.timestamp < stored.samples ? &stored : nullptr;
}

const PacketStore::Stored* PacketStore::beginning_at(std::uint32_t timestamp) const {
  for (const Stored& stored : places_) {
    if (stored.samples > 0 && stored.timestamp == timestamp) return &stored;
  }
  return nullptr;
}

void PacketStore::clear() {
  for (Stored& stored : places_) stored.samples = 0;
}

}  // namespace frontdesk::media
