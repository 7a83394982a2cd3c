#include "codec/codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "audio/levels.hpp"
#include "base/random.hpp"
#include "codec/coder.hpp"
#include "codec/comfort_noise.hpp"

namespace frontdesk::codec {
namespace {

using audio::Pcm;
using audio::Sample;

Pcm tone(std::size_t samples, int rate, double hertz) {
  Pcm pcm(samples);
  for (std::size_t i = 0; i < samples; ++i)
    pcm[i] = static_cast<Sample>(8000 * std::sin(6.283185307 * hertz * static_cast<double>(i) / rate));
  return pcm;
}

/// The share of the power that lies at `hertz`.
double purity(audio::PcmView pcm, int rate, double hertz) {
  double re = 0, im = 0, power = 0;
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const double angle = 6.283185307 * hertz * static_cast<double>(i) / rate;
    re += pcm[i] * std::cos(angle);
    im += pcm[i] * std::sin(angle);
    power += double{1} * pcm[i] * pcm[i];
  }
  return 2 * (re * re + im * im) / static_cast<double>(pcm.size()) / (power + 1);
}

Pcm through(Codec codec, int rate, int ms, const Pcm& in) {
  const auto encoder = make_encoder(codec, rate);
  const auto decoder = make_decoder(codec, rate);
  const std::size_t step = audio::samples_for(ms, rate);
  Pcm out;
  std::vector<std::uint8_t> payload(kMaxPayloadBytes);
  Pcm decoded(audio::samples_for(kMaxPacketMs, rate));
  for (std::size_t at = 0; at + step <= in.size(); at += step) {
    const auto bytes = encoder->encode(audio::PcmView(in).subspan(at, step), payload);
    EXPECT_GT(bytes, 0U);
    const auto packet = std::span(payload).first(bytes);
    EXPECT_EQ(decoder->samples_in(packet), step);
    EXPECT_EQ(decoder->decode(packet, decoded), step);
    out.insert(out.end(), decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(step));
  }
  return out;
}

struct RoundTrip {
  Codec codec;
  int rate, ms;
};
class EveryCodec : public testing::TestWithParam<RoundTrip> {};

TEST_P(EveryCodec, CarriesATone) {
  const auto [codec, rate, ms] = GetParam();
  const Pcm in = tone(static_cast<std::size_t>(rate), rate, 437);
  const Pcm out = through(codec, rate, ms, in);
  ASSERT_GE(out.size(), in.size() - audio::samples_for(ms, rate));
  const auto settled = audio::PcmView(out).subspan(out.size() / 2);
  EXPECT_GT(purity(settled, rate, 437), 0.9);
  EXPECT_NEAR(audio::rms_dbfs(settled), audio::rms_dbfs(in), 1.0);
}

std::vector<RoundTrip> round_trips() {
  std::vector<RoundTrip> all;
  for (const Codec codec : kAllCodecs) {
    for (const int rate : {8000, 12'000, 16'000, 24'000, 48'000}) {
      if (!supports(codec, rate)) continue;
      for (const int ms : {10, 20, 40, 60}) all.push_back({codec, rate, ms});
    }
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Codec, EveryCodec, testing::ValuesIn(round_trips()), [](const auto& each) {
  return std::string(traits(each.param.codec).encoding) + "_" + std::to_string(each.param.rate) + "_" +
         std::to_string(each.param.ms);
});

TEST(G722, TheLowerSubBandOfAWidebandPeerIsHeardAtEightKilohertz) {
  const auto encoder = make_encoder(Codec::g722, 16'000);
  const auto decoder = make_decoder(Codec::g722, 8000);
  std::vector<std::uint8_t> payload(8000);
  Pcm out(8000);
  ASSERT_EQ(encoder->encode(tone(16'000, 16'000, 1000), payload), 8000U);
  ASSERT_EQ(decoder->decode(payload, out), 8000U);
  EXPECT_GT(purity(audio::PcmView(out).subspan(4000), 8000, 1000), 0.95);
  EXPECT_NEAR(audio::rms_dbfs(audio::PcmView(out).subspan(4000)), audio::rms_dbfs(tone(8000, 8000, 1000)), 1.0);
}

class OpusOn : public testing::TestWithParam<SendingProfile> {};

TEST_P(OpusOn, InbandFecBringsALostPacketBack) {
  const auto encoder = make_encoder(Codec::opus, 8000);
  encoder->adapt(GetParam());
  const std::size_t length = audio::samples_for(GetParam().packet_ms, 8000);
  const auto with_fec = make_decoder(Codec::opus, 8000);
  const auto without = make_decoder(Codec::opus, 8000);
  // Voiced syllables with a moving pitch: guessing on from the last packet is not enough.
  Pcm in(16'000);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const double t = static_cast<double>(i) / 8000;
    double voice = 0;
    for (int harmonic = 1; harmonic < 20; ++harmonic)
      voice += std::sin(6.283185307 * harmonic * (120 * t - 8 * std::cos(5 * t))) / harmonic;
    in[i] = static_cast<Sample>(4000 * voice * (std::fmod(t, 0.3) < 0.2 ? 1 : 0.1));
  }
  std::vector<std::vector<std::uint8_t>> packets;
  for (std::size_t at = 0; at < in.size(); at += length) {
    std::vector<std::uint8_t> payload(kMaxPayloadBytes);
    payload.resize(encoder->encode(audio::PcmView(in).subspan(at, length), payload));
    packets.push_back(payload);
  }
  double fec_error = 0, guess_error = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    Pcm truth(length), recovered(length), guessed(length);
    if (i % 10 != 9 || i + 1 == packets.size()) {
      EXPECT_EQ(with_fec->decode(packets[i], recovered), length);
      EXPECT_EQ(without->decode(packets[i], guessed), length);
      continue;
    }
    const auto reference = make_decoder(Codec::opus, 8000);
    for (std::size_t k = 0; k <= i; ++k) reference->decode(packets[k], truth);
    ASSERT_TRUE(with_fec->recover(packets[i + 1], recovered));
    ASSERT_TRUE(without->conceal(guessed));
    for (std::size_t k = 0; k < length; ++k) {
      fec_error += std::pow(truth[k] - recovered[k], 2);
      guess_error += std::pow(truth[k] - guessed[k], 2);
    }
  }
  EXPECT_LT(fec_error, guess_error / 2);
}

INSTANTIATE_TEST_SUITE_P(Lines, OpusOn,
                         testing::Values(SendingProfile{}, SendingProfile{20, kUsualBitRate, 20},
                                         SendingProfile{25, kCongestedBitRate, 40}),
                         [](const auto& line) { return "Loss" + std::to_string(line.param.expected_loss_percent); });

TEST(Decoders, AnythingAtAllDoesNoHarm) {
  base::Random random(5);
  for (const Codec codec : kAllCodecs) {
    const auto decoder = make_decoder(codec);
    Pcm out(audio::samples_for(kMaxPacketMs, 8000));
    std::vector<std::uint8_t> payload(1400);
    for (int i = 0; i < 5000; ++i) {
      const auto size = random.below(payload.size());
      for (std::size_t k = 0; k < size; ++k) payload[k] = static_cast<std::uint8_t>(random.next());
      const auto packet = std::span(payload).first(size);
      ASSERT_LE(decoder->samples_in(packet), out.size());
      ASSERT_LE(decoder->decode(packet, out), out.size());
      if (i % 7 == 0) decoder->conceal(std::span(out).first(160));
      if (i % 11 == 0) decoder->recover(packet, std::span(out).first(160));
    }
    decoder->reset();
  }
}

TEST(Encoders, RefuseWhatDoesNotFit) {
  std::vector<std::uint8_t> small(10);
  EXPECT_EQ(make_encoder(Codec::pcmu)->encode(tone(160, 8000, 400), small), 0U);
  EXPECT_EQ(make_encoder(Codec::g722)->encode(tone(160, 8000, 400), small), 0U);
  std::vector<std::uint8_t> large(2000);
  EXPECT_EQ(make_encoder(Codec::opus)->encode(tone(240, 8000, 400), large), 0U);  // no frame of 30 ms
}

TEST(PacketMs, IsWhatTheCodecCanFill) {
  EXPECT_EQ(packet_ms(Codec::pcmu, 5), 10);
  EXPECT_EQ(packet_ms(Codec::pcmu, 35), 30);
  EXPECT_EQ(packet_ms(Codec::g722, 200), 60);
  EXPECT_EQ(packet_ms(Codec::opus, 30), 20);
  EXPECT_EQ(packet_ms(Codec::opus, 50), 40);
  EXPECT_EQ(packet_ms(Codec::opus, 60), 60);
}

TEST(ComfortNoise, HasTheLevelSaid) {
  ComfortNoise noise;
  Pcm out(8000, 1);
  noise.generate(out);
  EXPECT_EQ(audio::peak(out), 0);
  for (const int dbov : {40, 50, 60}) {
    const auto level = static_cast<std::uint8_t>(dbov);
    ASSERT_TRUE(noise.update(std::vector<std::uint8_t>{level}));
    noise.generate(out);
    EXPECT_NEAR(audio::rms_dbfs(out), -level, 0.5);
    // Low-pass coloured: the same level, and neighbours alike.
    ASSERT_TRUE(noise.update(std::array<std::uint8_t, 3>{level, 30, 140}));
    noise.generate(out);
    EXPECT_NEAR(audio::rms_dbfs(out), -level, 1.5);
    double product = 0, power = 0;
    for (std::size_t i = 1; i < out.size(); ++i) {
      product += double{1} * out[i] * out[i - 1];
      power += double{1} * out[i] * out[i];
    }
    EXPECT_GT(product / power, 0.5);
  }
}

TEST(ComfortNoise, IsNeverLoudAndNeverUnstable) {
  ComfortNoise noise;
  EXPECT_FALSE(noise.update({}));
  Pcm out(8000);
  base::Random random(9);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> payload(1 + random.below(40));
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(random.next());
    ASSERT_TRUE(noise.update(payload));
    noise.generate(std::span(out).first(800));
  }
  ASSERT_TRUE(noise.update(std::vector<std::uint8_t>{0}));
  noise.generate(out);
  EXPECT_LT(audio::rms_dbfs(out), -25);
  noise.stop();
  noise.generate(out);
  EXPECT_EQ(audio::peak(out), 0);
}

}  // namespace
}  // namespace frontdesk::codec
