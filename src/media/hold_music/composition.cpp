// The built-in piece. Sixteen bars of four seconds, a chord each: a pad that swells and fades under a broken chord in
// plucked tones. Every note is written into a circle, so that what still rings at the end rings at the beginning.
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "media/hold_music/hold_music.hpp"
#include "media/hold_music/level.hpp"

namespace frontdesk::hold_music {
namespace {

using audio::kTelephoneRate;

constexpr std::size_t kBarSamples = audio::samples_for(4'000, kTelephoneRate);
constexpr std::size_t kSteps = 8;  // plucked notes to a bar

/// Notes by their MIDI numbers (69 is the A of 440 Hz): four of the pad, and the order in which the upper ones are
/// plucked, as places within `plucked`. All lie within the telephone band.
struct Bar {
  std::array<int, 4> pad;
  std::array<int, 5> plucked;
};
constexpr Bar kD{{62, 66, 69, 73}, {74, 78, 81, 85, 86}};
constexpr Bar kBm{{59, 66, 69, 74}, {74, 78, 81, 83, 90}};
constexpr Bar kG{{62, 67, 71, 78}, {74, 79, 83, 86, 90}};
constexpr Bar kA{{61, 64, 69, 71}, {73, 76, 81, 83, 88}};
constexpr Bar kFSharpM{{61, 66, 69, 76}, {73, 76, 78, 81, 88}};
constexpr Bar kEm{{64, 67, 71, 74}, {71, 76, 79, 83, 86}};
constexpr std::array kBars{kD, kBm, kG, kA, kD, kFSharpM, kG, kA, kBm, kFSharpM, kG, kD, kEm, kG, kA, kD};

constexpr int kRest = -1;
constexpr std::array<std::array<int, kSteps>, 4> kFigures{{
    {0, 1, 2, 3, 4, 3, 2, 1},
    {0, 2, 1, 3, 2, kRest, 3, 1},
    {2, 1, 0, 1, 3, 2, kRest, 2},
    {0, 2, 4, 2, 3, kRest, 1, kRest},
}};

constexpr double kPadLevel = 0.22;
constexpr double kPadSeconds = 5.2;  // into the next bar
constexpr double kPadRise = 1.4;
constexpr double kPadDetune = 1.0015;  // two voices beat slowly against each other
constexpr double kPluckLevel = 0.5;
constexpr double kPluckSeconds = 2.6;
constexpr double kPluckRise = 0.012;
constexpr double kPluckDecay = 0.75;
constexpr std::array kPadPartials{1.0, 0.3, 0.12};
constexpr std::array kPluckPartials{1.0, 0.32, 0.1, 0.03};
constexpr double kHighestHz = 3300;

double hertz(int note) {
  return 440 * std::pow(2, (note - 69) / 12.0);
}

/// Rises from 0 to 1 over `length` without a corner.
double rise(double t, double length) {
  return t >= length ? 1 : 0.5 - 0.5 * std::cos(std::numbers::pi * t / length);
}

template <class Envelope>
void add_tone(std::vector<double>& circle, std::size_t start, double hz, double seconds, Envelope envelope) {
  if (hz > kHighestHz) return;
  std::complex<double> phase(1, 0);
  const auto turn = std::polar(1.0, 2 * std::numbers::pi * hz / kTelephoneRate);
  const auto length = static_cast<std::size_t>(seconds * kTelephoneRate);
  for (std::size_t i = 0; i < length; ++i) {
    circle[(start + i) % circle.size()] += phase.imag() * envelope(static_cast<double>(i) / kTelephoneRate);
    phase *= turn;
  }
}

void add_pad(std::vector<double>& circle, std::size_t start, int note) {
  for (std::size_t k = 0; k < kPadPartials.size(); ++k) {
    const auto envelope = [&](double t) {
      return kPadLevel * kPadPartials[k] * rise(t, kPadRise) * rise(kPadSeconds - t, kPadRise);
    };
    const double hz = hertz(note) * static_cast<double>(k + 1);
    add_tone(circle, start, hz, kPadSeconds, envelope);
    add_tone(circle, start, hz * kPadDetune, kPadSeconds, envelope);
  }
}

void add_pluck(std::vector<double>& circle, std::size_t start, int note, double accent) {
  for (std::size_t k = 0; k < kPluckPartials.size(); ++k) {
    // Upper partials die away sooner, as on a string.
    const double decay = kPluckDecay / static_cast<double>(k + 1);
    add_tone(circle, start, hertz(note) * static_cast<double>(k + 1), kPluckSeconds, [&](double t) {
      return kPluckLevel * accent * kPluckPartials[k] * rise(t, kPluckRise) * std::exp(-t / decay) *
             rise(kPluckSeconds - t, 0.3);
    });
  }
}

}  // namespace

MusicLoop composed_loop() {
  std::vector<double> circle(kBarSamples * kBars.size());
  for (std::size_t bar = 0; bar < kBars.size(); ++bar) {
    const std::size_t start = bar * kBarSamples;
    for (const int note : kBars[bar].pad) add_pad(circle, start, note);
    const auto& figure = kFigures[bar % kFigures.size()];
    for (std::size_t step = 0; step < kSteps; ++step) {
      if (figure[step] == kRest) continue;
      const int note = kBars[bar].plucked[static_cast<std::size_t>(figure[step])];
      add_pluck(circle, start + step * kBarSamples / kSteps, note, step == 0 ? 1 : step == kSteps / 2 ? 0.85 : 0.7);
    }
  }
  return std::make_shared<const audio::Pcm>(at_level(circle));
}

}  // namespace frontdesk::hold_music
