#include "simulation/piece_sound.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "audio/g711.hpp"
#include "base/random.hpp"

namespace frontdesk::simulation {
namespace {

constexpr std::size_t kWord = 2400;      // samples: a word and the quiet place behind it
constexpr std::size_t kSpoken = 2080;    // of them
constexpr std::size_t kSameSign = 8;     // samples
constexpr std::uint8_t kLoudest = 0x82;  // codes from here on: 48 of them, down to about 1,000

const std::array<audio::Sample, kLoudnesses>& loudnesses() {
  static const auto table = [] {
    std::array<audio::Sample, kLoudnesses> samples{};
    for (std::size_t i = 0; i < kLoudnesses; ++i) {
      const auto code = static_cast<std::uint8_t>(kLoudest + i);
      samples[i] = static_cast<audio::Sample>(std::abs(audio::decode_g711(audio::G711Law::mu, code)));
    }
    return samples;
  }();
  return table;
}

}  // namespace

audio::Sample piece_sample(call::PieceId piece, std::size_t position) {
  if (position % kWord >= kSpoken) return 0;
  const auto loud = loudnesses()[piece % kLoudnesses];
  const bool negative = (base::Random(piece * 1'000'003 + position / kSameSign).next() & 1U) != 0;
  return negative ? static_cast<audio::Sample>(-loud) : loud;
}

audio::Pcm piece_sound(call::PieceId piece, std::size_t from, std::size_t until) {
  audio::Pcm pcm;
  pcm.reserve(until - from);
  for (auto at = from; at < until; ++at) pcm.push_back(piece_sample(piece, at));
  return pcm;
}

std::optional<std::size_t> loudness_of(audio::Sample sample) {
  const auto& table = loudnesses();
  const auto loud = std::abs(static_cast<int>(sample));
  const auto it = std::find(table.begin(), table.end(), loud);
  if (it == table.end()) return std::nullopt;
  return static_cast<std::size_t>(it - table.begin());
}

}  // namespace frontdesk::simulation
