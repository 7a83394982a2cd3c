#include "stub_engines/stub_tts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/levels.hpp"

namespace frontdesk::stub_engines {
namespace {

constexpr double kSecondsPerCharacter = 1.0 / 15;
constexpr double kShortest = 0.3;
constexpr double kSyllablesPerSecond = 4;
constexpr int kEdgeMs = 20;
constexpr int kHarmonics = 16;
constexpr std::size_t kCharactersBeforeCut = 4;

/// How strongly a vowel carries this frequency: two broad resonances.
double resonance(double hertz) {
  const auto near = [hertz](double centre, double width) { return std::exp(-std::pow((hertz - centre) / width, 2)); };
  return near(600, 250) + 0.6 * near(1400, 350) + 0.15;
}

}  // namespace

audio::Pcm hum(double seconds) {
  audio::Pcm pcm(static_cast<std::size_t>(seconds * audio::kTelephoneRate));
  double phase = 0;
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const double t = static_cast<double>(i) / audio::kTelephoneRate;
    const double pitch = 125 + 20 * std::sin(2 * std::numbers::pi * 0.7 * t);
    phase += 2 * std::numbers::pi * pitch / audio::kTelephoneRate;
    double value = 0;
    for (int h = 1; h <= kHarmonics; ++h) value += resonance(pitch * h) * std::sin(phase * h);
    // Never quite silent between syllables: one hum is one stretch of sound.
    const double syllable = 0.55 - 0.45 * std::cos(2 * std::numbers::pi * kSyllablesPerSecond * t);
    pcm[i] = static_cast<audio::Sample>(std::clamp(value * syllable * 2500, -30000.0, 30000.0));
  }
  return pcm;
}

audio::Pcm StubTts::hum_for(std::size_t characters) const {
  const double seconds = std::clamp(static_cast<double>(characters) * kSecondsPerCharacter, kShortest, kLongestHum);
  const auto size = static_cast<std::ptrdiff_t>(seconds * audio::kTelephoneRate);
  audio::Pcm pcm(longest_.begin(), longest_.begin() + size);
  audio::fade_out(std::span(pcm).last(audio::samples_for(kEdgeMs, audio::kTelephoneRate)));
  return pcm;
}

void StubTts::start(const speech::SynthesisRequest& request, speech::TtsSink& sink) {
  if (!delayed_) {
    sink.on_audio(request.id, hum_for(request.text.size()));
    return sink.on_synthesis_done(request.id, base::Duration{0});
  }
  const auto fault = dice_.next();
  deliveries_.open(request.id, sink);
  if (fault == Fault::hang) return;
  speak(request, delay_ + (fault == Fault::slow ? kSlowness : base::Duration{0}), fault);
}

void StubTts::speak(const speech::SynthesisRequest& request, base::Duration after, Fault fault) {
  const auto id = request.id;
  audio::Pcm pcm;
  if (fault == Fault::none || fault == Fault::slow) pcm = hum_for(request.text.size());
  if (fault == Fault::cut) pcm = hum_for(kCharactersBeforeCut);
  if (fault == Fault::garbage)
    deliveries_.later(id, after, [id](speech::TtsSink& sink) { sink.on_audio(id, audio::Pcm{}); });
  const auto chunk = audio::samples_for(kChunkMs, audio::kTelephoneRate);
  for (std::size_t at = 0; at < pcm.size(); at += chunk, after += kChunkEvery) {
    const auto end = std::min(pcm.size(), at + chunk);
    audio::Pcm part(pcm.begin() + static_cast<std::ptrdiff_t>(at), pcm.begin() + static_cast<std::ptrdiff_t>(end));
    deliveries_.later(id, after, [id, part = std::move(part)](speech::TtsSink& sink) { sink.on_audio(id, part); });
  }
  finish(id, after, fault);
}

void StubTts::finish(base::RequestId id, base::Duration after, Fault fault) {
  deliveries_.later(id, after, [this, id, fault, delay = delay_](speech::TtsSink& sink) {
    if (fault == Fault::cut)
      sink.on_synthesis_failed(id, broken_off());
    else if (fault == Fault::limited)
      sink.on_synthesis_failed(id, too_many_requests());
    else
      sink.on_synthesis_done(id, delay);
    deliveries_.close(id);
  });
}

}  // namespace frontdesk::stub_engines
