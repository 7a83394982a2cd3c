#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "audio/resampler.hpp"
#include "audio/wav.hpp"

namespace frontdesk::audio {
namespace {

Pcm sine(double hertz, int rate, int ms, double amplitude) {
  Pcm pcm(samples_for(ms, rate));
  for (std::size_t i = 0; i < pcm.size(); ++i)
    pcm[i] = static_cast<Sample>(amplitude * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
  return pcm;
}

}  // namespace

// Reference codes from ITU-T G.711, tables 1a and 2a, scaled to 16 bits.
TEST(G711, KnownCodes) {
  EXPECT_EQ(encode_g711(G711Law::mu, 0), 0xff);
  EXPECT_EQ(encode_g711(G711Law::mu, 32767), 0x80);
  EXPECT_EQ(encode_g711(G711Law::mu, -32768), 0x00);
  EXPECT_EQ(encode_g711(G711Law::a, 0), 0xd5);
  EXPECT_EQ(encode_g711(G711Law::a, 32767), 0xaa);
  EXPECT_EQ(encode_g711(G711Law::a, -32768), 0x2a);
  EXPECT_EQ(decode_g711(G711Law::mu, 0x80), 32124);
  EXPECT_EQ(decode_g711(G711Law::a, 0xaa), 32256);
}

TEST(G711, EveryCodeSurvivesARoundTrip) {
  for (const auto law : {G711Law::mu, G711Law::a}) {
    for (int code = 0; code < 256; ++code) {
      const auto byte = static_cast<std::uint8_t>(code);
      if (law == G711Law::mu && byte == 0x7f) continue;  // negative zero
      EXPECT_EQ(encode_g711(law, decode_g711(law, byte)), byte);
    }
  }
}

TEST(G711, ErrorStaysWithinHalfAStepOfTheSegment) {
  for (const auto law : {G711Law::mu, G711Law::a})
    for (int sample = -32000; sample <= 32000; sample += 7) {
      const int back = decode_g711(law, encode_g711(law, static_cast<Sample>(sample)));
      EXPECT_LE(std::abs(back - sample), std::abs(sample) / 16 + 16) << sample;
    }
}

TEST(Levels, FullScaleAndSilence) {
  EXPECT_NEAR(rms_dbfs(sine(1000, 8000, 1000, 32767)), -3.01, 0.05);
  EXPECT_EQ(rms_dbfs(Pcm(160, 0)), kSilenceDbfs);
  Pcm pcm = {100, -100, 30000};
  apply_gain(pcm, 2);
  EXPECT_EQ(pcm, (Pcm{200, -200, 32767}));
}

TEST(Resampler, KeepsLengthLevelAndPlace) {
  Pcm in(22050, 0);
  std::copy_n(sine(440, 22050, 100, 20000).begin(), 2205, in.begin() + 11025);
  const auto out = resample(in, 22050, 8000);
  ASSERT_EQ(out.size(), 8000U);
  EXPECT_LT(rms_dbfs(PcmView(out).subspan(0, 3980)), -60);
  EXPECT_NEAR(rms_dbfs(PcmView(out).subspan(4040, 720)), rms_dbfs(sine(440, 8000, 90, 20000)), 0.3);
}

TEST(Resampler, StreamsWithoutLosingSamples) {
  Resampler resampler(22050, 8000);
  Pcm out;
  const auto in = sine(440, 22050, 1000, 10000);
  for (std::size_t at = 0; at < in.size(); at += 441) resampler.process(PcmView(in).subspan(at, 441), out);
  EXPECT_NEAR(static_cast<double>(out.size()), 8000, 40);
}

TEST(Wav, RoundTripAndCutShort) {
  const auto path =
      std::filesystem::temp_directory_path() / ("frontdesk-wav-test-" + std::to_string(::getpid()) + ".wav");
  const Wav wav{8000, 2, {1, -1, 2, -2, 3, -3}};
  ASSERT_TRUE(write_wav(path, wav));
  const auto back = read_wav(path);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->samples, wav.samples);
  EXPECT_EQ(back->channel(1), (Pcm{-1, -2, -3}));
  std::filesystem::resize_file(path, kWavHeaderBytes + 4);
  EXPECT_EQ(read_wav(path)->frames(), 1U);
  std::filesystem::resize_file(path, 30);
  EXPECT_FALSE(read_wav(path));
  std::filesystem::remove(path);
}

}  // namespace frontdesk::audio
