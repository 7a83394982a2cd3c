#include "load/sound_loop.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "codec/coder.hpp"

namespace frontdesk::load {

SoundLoop::SoundLoop(codec::Codec codec, audio::PcmView pcm) {
  const auto encoder = codec::make_encoder(codec);
  const std::size_t frames = std::clamp<std::size_t>(pcm.size() / audio::kFrameSamples, 1, kMaxLoopFrames);
  payloads_.reserve(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    std::array<audio::Sample, audio::kFrameSamples> frame{};
    const auto from = std::min(pcm.size(), i * audio::kFrameSamples);
    const auto part = pcm.subspan(from, std::min(audio::kFrameSamples, pcm.size() - from));
    std::copy(part.begin(), part.end(), frame.begin());
    std::array<std::uint8_t, codec::kMaxPayloadBytes> coded;
    const std::size_t size = encoder->encode(frame, coded);
    payloads_.emplace_back(coded.begin(), coded.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

audio::Pcm warbling_tone() {
  constexpr double kLowHz = 300;
  constexpr double kAmplitude = 3000;  // about -24 dBFS
  audio::Pcm pcm(2 * audio::kTelephoneRate);
  double phase = 0;
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const double t = static_cast<double>(i) / audio::kTelephoneRate;
    phase += 2 * std::numbers::pi * (2 * kLowHz + kLowHz * std::sin(2 * std::numbers::pi * t)) / audio::kTelephoneRate;
    pcm[i] = static_cast<audio::Sample>(std::lround(kAmplitude * std::sin(phase)));
  }
  return pcm;
}

}  // namespace frontdesk::load
