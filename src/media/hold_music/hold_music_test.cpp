#include "media/hold_music/hold_music.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "audio/levels.hpp"
#include "media/digits/in_band_detector.hpp"

namespace frontdesk::hold_music {
namespace {

using testing::HasSubstr;

audio::Pcm play(HoldMusic& music, std::size_t samples) {
  audio::Pcm out(samples);
  for (std::size_t at = 0; at < samples; at += audio::kFrameSamples)
    music.next(std::span(out).subspan(at, std::min(audio::kFrameSamples, samples - at)));
  return out;
}

/// The largest second difference from `first` to `last`: a click is a large one.
double sharpness(audio::PcmView pcm, std::size_t first, std::size_t last) {
  int most = 0;
  for (std::size_t i = std::max<std::size_t>(first, 2); i < last; ++i)
    most = std::max(most, std::abs(pcm[i] - 2 * pcm[i - 1] + pcm[i - 2]));
  return most;
}

/// Power of `hz` (Goertzel) relative to that of all.
double share(audio::PcmView pcm, double low, double high) {
  double in = 0, all = 0;
  constexpr std::size_t kBlock = 800;  // 10 Hz apart
  for (std::size_t bin = 1; bin < kBlock / 2; ++bin) {
    const double hz = static_cast<double>(bin) * 10;
    double re = 0, im = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kBlock);
      const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / 8000;
      re += window * pcm[i] * std::cos(angle);
      im += window * pcm[i] * std::sin(angle);
    }
    all += re * re + im * im;
    if (hz >= low && hz <= high) in += re * re + im * im;
  }
  return in / all;
}

struct Tones {
  audio::Pcm samples;
  int rate;
  int channels;
  operator Recording() const { return {samples, rate, channels}; }
};

Tones tones(int rate, int channels, double seconds, double amplitude) {
  Tones wav{{}, rate, channels};
  const auto frames = static_cast<std::size_t>(seconds * rate);
  for (std::size_t i = 0; i < frames; ++i) {
    for (int c = 0; c < channels; ++c)
      wav.samples.push_back(static_cast<audio::Sample>(
          amplitude * std::sin(2 * std::numbers::pi * (440 + 100 * c) * static_cast<double>(i) / rate)));
  }
  return wav;
}

TEST(ComposedLoop, IsAtItsLevelThroughout) {
  const auto loop = composed_loop();
  ASSERT_EQ(loop->size(), 64U * 8000);
  EXPECT_LE(audio::peak(*loop), 32768 * std::pow(10, kHighestPeakDbfs / 20) + 1);
  double loudest = -100, quietest = 0;
  for (std::size_t at = 0; at + 24'000 <= loop->size(); at += 800) {
    const double level = audio::rms_dbfs(audio::PcmView(*loop).subspan(at, 24'000));
    loudest = std::max(loudest, level);
    quietest = std::min(quietest, level);
  }
  EXPECT_LE(loudest, kLevelDbfs + 0.1);
  EXPECT_GT(loudest, kLevelDbfs - 1);
  EXPECT_GT(quietest, kLevelDbfs - 8);
}

TEST(ComposedLoop, LiesInTheTelephoneBand) {
  const auto loop = composed_loop();
  for (std::size_t at = 0; at + 800 <= loop->size(); at += 40'000)
    EXPECT_GT(share(audio::PcmView(*loop).subspan(at, 800), 230, 3400), 0.98) << at;
}

TEST(ComposedLoop, IsNotTakenForDigits) {
  const auto loop = composed_loop();
  digits::InBandDetector detector;
  for (std::size_t at = 0; at + audio::kFrameSamples <= loop->size(); at += audio::kFrameSamples)
    EXPECT_FALSE(detector.push(audio::PcmView(*loop).subspan(at, audio::kFrameSamples))) << at;
}

TEST(ComposedLoop, HasNoClickAnywhereNotEvenAtItsEnd) {
  const auto loop = composed_loop();
  audio::Pcm twice(*loop);
  twice.insert(twice.end(), loop->begin(), loop->end());
  EXPECT_LE(sharpness(twice, loop->size() - 40, loop->size() + 40), sharpness(twice, 0, loop->size() - 40));
  EXPECT_GT(share(audio::PcmView(twice).subspan(loop->size() - 400, 800), 230, 3400), 0.98);
}

TEST(HoldMusic, FadesInRunsRoundAndFadesOut) {
  const auto loop = composed_loop();
  HoldMusic music(loop);
  const audio::Pcm begun = play(music, 8000);
  EXPECT_EQ(begun[0], 0);
  EXPECT_LT(audio::peak(audio::PcmView(begun).first(160)), audio::peak(audio::PcmView(begun).last(4000)) / 4);
  EXPECT_TRUE(std::equal(begun.begin() + 3200, begun.end(), loop->begin() + 3200));
  const audio::Pcm rest = play(music, loop->size());
  EXPECT_TRUE(std::equal(rest.begin(), rest.begin() + 1000, loop->begin() + 8000));
  EXPECT_TRUE(std::equal(rest.end() - 8000, rest.end(), loop->begin()));
  audio::Pcm last(160);
  music.fade_out(last);
  EXPECT_LT(std::abs(last.back()), 40);
  audio::Pcm again(160);
  music.next(again);
  EXPECT_EQ(again[0], 0);
  EXPECT_LT(audio::peak(again), 200);
}

TEST(HoldMusic, CallsShareTheLoopAndNotThePlace) {
  const auto loop = composed_loop();
  HoldMusic one(loop), other(loop);
  play(one, 16'000);
  EXPECT_EQ(play(other, 160)[0], 0);
  EXPECT_EQ(loop.use_count(), 3);
}

TEST(HoldMusic, AnyLengthOfPieces) {
  const auto loop = composed_loop();
  HoldMusic frames(loop), odd(loop);
  const audio::Pcm whole = play(frames, 12'800);
  audio::Pcm pieces(12'800);
  for (std::size_t at = 0; at < pieces.size();) {
    const std::size_t n = std::min<std::size_t>(1 + at % 77, pieces.size() - at);
    odd.next(std::span(pieces).subspan(at, n));
    at += n;
  }
  EXPECT_EQ(pieces, whole);
}

TEST(LoopOf, BringsAnyRecordingToRateAndLevel) {
  for (const int rate : {8000, 11025, 16000, 22050, 44100, 48000}) {
    for (const int channels : {1, 2}) {
      for (const double amplitude : {400.0, 30000.0}) {
        const auto loop = loop_of(tones(rate, channels, 5, amplitude));
        ASSERT_TRUE(loop.has_value()) << loop.error().message;
        EXPECT_NEAR(static_cast<double>((*loop)->size()), 8000 * 4.6, 8) << rate;
        EXPECT_NEAR(audio::rms_dbfs(**loop), kLevelDbfs, 1.5) << rate << " " << channels;
      }
    }
  }
}

TEST(LoopOf, EndsRunIntoBeginnings) {
  Tones wav = tones(8000, 1, 3.0001, 9000);  // the end falls in mid wave
  const auto loop = loop_of(wav).value();
  audio::Pcm twice(*loop);
  twice.insert(twice.end(), loop->begin(), loop->end());
  EXPECT_LE(sharpness(twice, loop->size() - 40, loop->size() + 40), 1.2 * sharpness(twice, 4000, 16'000));
}

TEST(LoopOf, SaysWhatIsWrong) {
  EXPECT_THAT(loop_of(tones(8000, 1, 1, 5000)).error().message, HasSubstr("shorter than 2 s"));
  EXPECT_THAT(loop_of(tones(8000, 1, 601, 5000)).error().message, HasSubstr("longer than 10 minutes"));
  EXPECT_THAT(loop_of(tones(8000, 2, 5, 2)).error().message, HasSubstr("silent"));
  EXPECT_THAT(loop_of({{}, 400'000, 1}).error().message, HasSubstr("400000"));
  EXPECT_THAT(loop_of({{}, 8000, 6}).error().message, HasSubstr("6 channels"));
  EXPECT_FALSE(loop_of({{}, 8000, 1}).has_value());
}

TEST(LoopOf, QuietPassagesStayQuietAndPeaksStayBelowTheLimit) {
  Tones wav = tones(8000, 1, 6, 300);
  for (std::size_t i = 20'000; i < 20'040; ++i) wav.samples[i] = 32'000;  // one crack
  const auto loop = loop_of(wav).value();
  EXPECT_LE(audio::peak(*loop), 32768 * std::pow(10, kHighestPeakDbfs / 20) + 1);
}

}  // namespace
}  // namespace frontdesk::hold_music
