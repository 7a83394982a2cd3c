#include "audio/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/assert.hpp"

namespace frontdesk::audio {
namespace {

// Both laws divide the range into eight segments that double in width; a code is sign, segment and
// four bits within the segment. The tables below are built once from the definitions.

constexpr Sample expand_mu(std::uint8_t code) {
  const int inverted = ~code & 0xff;
  const int segment = (inverted >> 4) & 7;
  const int magnitude = ((((inverted & 0x0f) << 3) + 0x84) << segment) - 0x84;
  return static_cast<Sample>((inverted & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr Sample expand_a(std::uint8_t code) {
  const int toggled = code ^ 0x55;
  const int segment = (toggled >> 4) & 7;
  int magnitude = (toggled & 0x0f) << 4;
  magnitude = segment == 0 ? magnitude + 8 : (magnitude + 0x108) << (segment - 1);
  return static_cast<Sample>((toggled & 0x80) != 0 ? magnitude : -magnitude);
}

/// 0 for magnitudes below 256, then one more for each doubling.
constexpr int segment_of(int magnitude) {
  return std::max(static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8, 0);
}

constexpr std::uint8_t compress_mu(Sample sample) {
  constexpr int kBias = 0x84;
  constexpr int kClip = 32635;
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -int{sample} : int{sample}, kClip) + kBias;
  const int segment = segment_of(magnitude);
  const int code = sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f);
  return static_cast<std::uint8_t>(~code);
}

constexpr std::uint8_t compress_a(Sample sample) {
  const int sign = sample >= 0 ? 0x80 : 0;
  const int magnitude = sample >= 0 ? int{sample} : -int{sample} - 1;
  const int segment = segment_of(magnitude);
  const int step = segment == 0 ? magnitude >> 4 : magnitude >> (segment + 3);
  return static_cast<std::uint8_t>((sign | (segment << 4) | (step & 0x0f)) ^ 0x55);
}

template <Sample (*expand)(std::uint8_t)>
constexpr auto make_expansion() {
  std::array<Sample, 256> table{};
  for (std::size_t code = 0; code < table.size(); ++code) table[code] = expand(static_cast<std::uint8_t>(code));
  return table;
}

constexpr auto kMuExpansion = make_expansion<expand_mu>();
constexpr auto kAExpansion = make_expansion<expand_a>();

}  // namespace

std::uint8_t encode_g711(G711Law law, Sample sample) {
  return law == G711Law::mu ? compress_mu(sample) : compress_a(sample);
}

Sample decode_g711(G711Law law, std::uint8_t code) {
  return law == G711Law::mu ? kMuExpansion[code] : kAExpansion[code];
}

void encode_g711(G711Law law, PcmView pcm, std::span<std::uint8_t> out) {
  FRONTDESK_ASSERT(out.size() >= pcm.size());
  std::transform(pcm.begin(), pcm.end(), out.begin(), [law](Sample sample) { return encode_g711(law, sample); });
}

void decode_g711(G711Law law, std::span<const std::uint8_t> codes, std::span<Sample> out) {
  FRONTDESK_ASSERT(out.size() >= codes.size());
  const auto& expansion = law == G711Law::mu ? kMuExpansion : kAExpansion;
  std::transform(codes.begin(), codes.end(), out.begin(), [&](std::uint8_t code) { return expansion[code]; });
}

}  // namespace frontdesk::audio
