// Digits as telephones send them in their sound, for tests.
#pragma once
#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

#include "audio/g711.hpp"
#include "audio/pcm.hpp"
#include "base/random.hpp"

namespace frontdesk::digits::test {

inline constexpr std::string_view kKeys = "123A456B789C*0#D";

struct Tone {
  char digit = '1';
  double low_dbm0 = -8, high_dbm0 = -8;
  double detune = 0;  ///< 0.01: both frequencies 1 % too high
  int ms = 100;
  int pause_ms = 100;      ///< after it
  double noise_db = -100;  ///< relative to the tone
};

/// A sine of full scale has +3.14 dBm0 (G.711).
inline double amplitude(double dbm0) {
  return 32768 * std::pow(10, (dbm0 - 3.14) / 20);
}

/// Uniform sums are near enough to Gaussian noise.
inline double noise(base::Random& random) {
  return 2 * (random.unit() + random.unit() + random.unit() - 1.5);  // of variance 1
}

inline void append(const Tone& tone, base::Random& random, audio::Pcm& out) {
  constexpr double kRows[] = {697, 770, 852, 941};
  constexpr double kColumns[] = {1209, 1336, 1477, 1633};
  const auto key = kKeys.find(tone.digit);
  const double scale = 2 * std::numbers::pi * (1 + tone.detune) / audio::kTelephoneRate;
  const double low = amplitude(tone.low_dbm0), high = amplitude(tone.high_dbm0);
  const double power = (low * low + high * high) / 2;
  const double hiss = std::sqrt(power) * std::pow(10, tone.noise_db / 20);
  const double phase = random.unit() * 6, other = random.unit() * 6;
  const std::size_t on = audio::samples_for(tone.ms, audio::kTelephoneRate);
  const std::size_t all = on + audio::samples_for(tone.pause_ms, audio::kTelephoneRate);
  for (std::size_t i = 0; i < all; ++i) {
    double sample = tone.noise_db > -100 ? hiss * noise(random) : 0;
    if (i < on)
      sample += low * std::sin(phase + scale * kRows[key / 4] * static_cast<double>(i)) +
                high * std::sin(other + scale * kColumns[key % 4] * static_cast<double>(i));
    out.push_back(static_cast<audio::Sample>(std::lround(std::clamp(sample, -32768.0, 32767.0))));
  }
}

inline void through_g711(audio::G711Law law, audio::Pcm& pcm) {
  std::vector<std::uint8_t> codes(pcm.size());
  audio::encode_g711(law, pcm, codes);
  audio::decode_g711(law, codes, pcm);
}

}  // namespace frontdesk::digits::test
