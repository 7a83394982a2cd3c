#include "media/digits/tones.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace frontdesk::digits {
namespace {

constexpr std::string_view kKeys = "123A456B789C*0#D";
constexpr std::array kRows{697.0, 770.0, 852.0, 941.0};
constexpr std::array kColumns{1209.0, 1336.0, 1477.0, 1633.0};

}  // namespace

audio::Pcm tones_of(std::string_view digits) {
  constexpr std::size_t kTone = audio::samples_for(kToneMs, audio::kTelephoneRate);
  constexpr std::size_t kPause = audio::samples_for(kPauseMs, audio::kTelephoneRate);
  const double amplitude = 32768 * std::sqrt(2.0) * std::pow(10, kToneDbfs / 20);
  audio::Pcm pcm;
  for (const char digit : digits) {
    const auto key = kKeys.find(digit);
    if (key == std::string_view::npos) continue;
    for (std::size_t i = 0; i < kTone; ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i) / audio::kTelephoneRate;
      const double sum = std::sin(kRows[key / 4] * angle) + std::sin(kColumns[key % 4] * angle);
      pcm.push_back(static_cast<audio::Sample>(std::lround(amplitude * sum)));
    }
    pcm.resize(pcm.size() + kPause);
  }
  return pcm;
}

}  // namespace frontdesk::digits
