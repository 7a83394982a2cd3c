#include <gtest/gtest.h>
#include <sndfile.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "sound_files/decoder.hpp"

namespace frontdesk::sound_files {
namespace {

using base::ErrorCode;
using Bytes = std::vector<std::uint8_t>;

Child child(base::Duration deadline = kDeadline) {
  return {DECODE_SOUND, {}, deadline};
}

struct Memory {
  Bytes bytes;
  sf_count_t at = 0;
};

SF_VIRTUAL_IO virtual_io() {
  SF_VIRTUAL_IO io{};
  io.get_filelen = [](void* user) { return static_cast<sf_count_t>(static_cast<Memory*>(user)->bytes.size()); };
  io.seek = [](sf_count_t offset, int whence, void* user) {
    auto& memory = *static_cast<Memory*>(user);
    const auto base = whence == SEEK_SET   ? 0
                      : whence == SEEK_CUR ? memory.at
                                           : static_cast<sf_count_t>(memory.bytes.size());
    return memory.at = base + offset;
  };
  io.read = [](void* to, sf_count_t count, void* user) {
    auto& memory = *static_cast<Memory*>(user);
    const auto there = std::max<sf_count_t>(0, static_cast<sf_count_t>(memory.bytes.size()) - memory.at);
    count = std::min(count, there);
    std::memcpy(to, memory.bytes.data() + memory.at, static_cast<std::size_t>(count));
    memory.at += count;
    return count;
  };
  io.write = [](const void* from, sf_count_t count, void* user) {
    auto& memory = *static_cast<Memory*>(user);
    const auto end = static_cast<std::size_t>(memory.at + count);
    if (memory.bytes.size() < end) memory.bytes.resize(end);
    std::memcpy(memory.bytes.data() + memory.at, from, static_cast<std::size_t>(count));
    memory.at += count;
    return count;
  };
  io.tell = [](void* user) { return static_cast<Memory*>(user)->at; };
  return io;
}

Bytes encoded(int format, int rate, int channels, const std::vector<float>& interleaved) {
  Memory memory;
  auto io = virtual_io();
  SF_INFO info{};
  info.samplerate = rate;
  info.channels = channels;
  info.format = format;
  SNDFILE* file = sf_open_virtual(&io, SFM_WRITE, &info, &memory);
  EXPECT_NE(file, nullptr) << sf_strerror(nullptr);
  EXPECT_EQ(sf_write_float(file, interleaved.data(), static_cast<sf_count_t>(interleaved.size())),
            static_cast<sf_count_t>(interleaved.size()));
  sf_close(file);
  return memory.bytes;
}

std::vector<float> tone(int rate, double seconds, int channels = 1, double amplitude = 0.5) {
  std::vector<float> out;
  for (int at = 0; at < static_cast<int>(rate * seconds); ++at)
    for (int c = 0; c < channels; ++c)
      out.push_back(static_cast<float>(amplitude * std::sin(2 * 3.14159265358979 * 440 * at / rate)));
  return out;
}

double rms(const audio::Pcm& pcm) {
  double sum = 0;
  for (const auto each : pcm) sum += static_cast<double>(each) * each;
  return std::sqrt(sum / static_cast<double>(pcm.size())) / 32768;
}

struct Kind {
  const char* name;
  int format;
  int rate;
  int channels;
  Format expected;
};

class Formats : public ::testing::TestWithParam<Kind> {};

TEST_P(Formats, AreReadAsTheSameSound) {
  const auto& kind = GetParam();
  const auto file = encoded(kind.format, kind.rate, kind.channels, tone(kind.rate, 2, kind.channels));
  EXPECT_EQ(format_of(file), kind.expected);
  const auto sound = decode(file, child());
  ASSERT_TRUE(sound) << sound.error().message;
  EXPECT_EQ(sound->format, kind.expected);
  EXPECT_EQ(sound->rate, kind.rate);
  EXPECT_EQ(sound->channels, kind.channels);
  EXPECT_NEAR(sound->seconds(), 2, 0.1);
  EXPECT_NEAR(rms(sound->samples), 0.3535, 0.02);
  EXPECT_EQ(sound->clipped, 0);
}

INSTANTIATE_TEST_SUITE_P(All, Formats,
                         ::testing::Values(Kind{"Wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44'100, 2, Format::wav},
                                           Kind{"WavFloat", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48'000, 1, Format::wav},
                                           Kind{"WavTelephone", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1, Format::wav},
                                           Kind{"Wav24", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 24'000, 1, Format::wav},
                                           Kind{"Flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44'100, 1, Format::flac},
                                           Kind{"Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44'100, 1, Format::ogg},
                                           Kind{"Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48'000, 1, Format::ogg},
                                           Kind{"Mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44'100, 1,
                                                Format::mp3}),
                         [](const auto& each) { return each.param.name; });

Bytes usual() {
  return encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 24'000, 1, tone(24'000, 1));
}

void put32(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::optional<ErrorCode> refusal(const Bytes& file) {
  const auto sound = decode(file, child());
  return sound ? std::nullopt : std::optional(sound.error().code);
}

TEST(Hostile, NothingAndWhatIsNoSoundAreRefusedInWords) {
  EXPECT_EQ(refusal({}), ErrorCode::invalid_argument);
  EXPECT_EQ(refusal({0}), ErrorCode::invalid_argument);
  const std::string zip("PK\x03\x04 and so on");
  const auto what = decode(Bytes(zip.begin(), zip.end()), child());
  ASSERT_FALSE(what);
  EXPECT_NE(what.error().message.find("WAV, FLAC"), std::string::npos) << what.error().message;
  const std::string m4a(
      "\0\0\0\x20"
      "ftypM4A ....",
      16);
  const auto apple = decode(Bytes(m4a.begin(), m4a.end()), child());
  ASSERT_FALSE(apple);
  EXPECT_NE(apple.error().message.find("M4A files are not read"), std::string::npos) << apple.error().message;
}

TEST(Hostile, EveryTruncationIsBorne) {
  const auto whole = usual();
  for (std::size_t size = 1; size < 60; ++size)
    EXPECT_EQ(
        refusal(Bytes(whole.begin(), whole.begin() + static_cast<long>(size))).value_or(ErrorCode::invalid_argument),
        ErrorCode::invalid_argument)
        << size;
  const Bytes half(whole.begin(), whole.begin() + static_cast<long>(whole.size() / 2));
  const auto sound = decode(half, child());
  ASSERT_TRUE(sound) << "what is there is taken";
  EXPECT_NEAR(sound->seconds(), 0.5, 0.01);
}

TEST(Hostile, AHeaderThatClaimsHoursIsNotBelieved) {
  auto file = usual();
  put32(file, 4, 0xffffff00);
  put32(file, 40, 0xfffffff0);
  const auto sound = decode(file, child());
  ASSERT_TRUE(sound) << sound.error().message;
  EXPECT_NEAR(sound->seconds(), 1, 0.01);
}

TEST(Hostile, OneSample) {
  const auto sound = decode(encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 24'000, 1, {0.5F}), child());
  ASSERT_TRUE(sound) << sound.error().message;
  EXPECT_EQ(sound->samples.size(), 1U);
}

TEST(Hostile, NoSamples) {
  EXPECT_EQ(refusal(encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 24'000, 1, {})), ErrorCode::invalid_argument);
}

TEST(Hostile, NumbersThatAreNoneAreSilence) {
  auto samples = tone(24'000, 1);
  for (std::size_t at = 0; at < samples.size(); at += 3) samples[at] = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t at = 1; at < samples.size(); at += 3) samples[at] = std::numeric_limits<float>::infinity();
  for (std::size_t at = 2; at < samples.size(); at += 3) samples[at] = -3e38F;
  const auto sound = decode(encoded(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 24'000, 1, samples), child());
  ASSERT_TRUE(sound) << sound.error().message;
  EXPECT_EQ(sound->samples[0], 0);
  EXPECT_EQ(sound->samples[1], 0);
  EXPECT_EQ(sound->samples[2], -32767);
  EXPECT_NEAR(sound->clipped, 1.0 / 3, 0.01);
}

TEST(Hostile, StrangeRatesAndChannelsAreRefused) {
  auto rate = usual();
  put32(rate, 24, 0x7fffffff);
  EXPECT_EQ(refusal(rate), ErrorCode::invalid_argument);
  put32(rate, 24, 1);
  EXPECT_EQ(refusal(rate), ErrorCode::invalid_argument);
  put32(rate, 24, 0);
  EXPECT_EQ(refusal(rate), ErrorCode::invalid_argument);
  auto channels = usual();
  channels[22] = 0xff;
  channels[23] = 0xff;
  EXPECT_EQ(refusal(channels), ErrorCode::invalid_argument);
}

TEST(Hostile, WhatUnpacksToHoursIsStopped) {
  const std::vector<float> silence(static_cast<std::size_t>(8000) * (kLongestSeconds + 60), 0.0F);
  const auto bomb = encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 8000, 1, silence);
  EXPECT_LT(bomb.size(), 1U << 20U) << "small as it comes in";
  const auto sound = decode(bomb, child());
  ASSERT_FALSE(sound);
  EXPECT_EQ(sound.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(sound.error().message.find("30 minutes"), std::string::npos) << sound.error().message;
}

TEST(Hostile, DamagedFilesOfEveryFormatHarmNobody) {
  const std::array files{usual(), encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44'100, 1, tone(44'100, 0.5)),
                         encoded(SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44'100, 1, tone(44'100, 0.5)),
                         encoded(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44'100, 1, tone(44'100, 0.5))};
  base::Random random(11);
  for (const auto& whole : files)
    for (int round = 0; round < 40; ++round) {
      auto file = whole;
      const auto reach = round % 2 == 0 ? std::min<std::size_t>(file.size(), 200) : file.size();
      for (int i = 0; i < 1 + round; ++i) file[random.below(reach)] = static_cast<std::uint8_t>(random.next());
      if (round % 5 == 0) file.resize(1 + random.below(file.size()));
      const auto begun = base::monotonic_now();
      const auto sound = decode(file, child());
      EXPECT_TRUE(sound || sound.error().code == ErrorCode::invalid_argument) << sound.error().message;
      EXPECT_LT(base::monotonic_now() - begun, base::seconds(20));
    }
}

TEST(Child, OneThatHangsIsKilledAtTheDeadline) {
  const auto begun = base::monotonic_now();
  const auto sound = decode(usual(), {"/bin/sleep", {"60"}, base::milliseconds(300)});
  ASSERT_FALSE(sound);
  EXPECT_EQ(sound.error().code, ErrorCode::resource_exhausted);
  EXPECT_LT(base::monotonic_now() - begun, base::seconds(20));
}

TEST(Child, OneThatTalksWithoutEndIsStopped) {
  const auto sound = decode(usual(), {"/usr/bin/yes", {}, base::seconds(30)});
  ASSERT_FALSE(sound);
  EXPECT_EQ(sound.error().code, ErrorCode::resource_exhausted);
}

TEST(Child, OneThatAnswersNonsenseOrNothingOrIsNotThere) {
  EXPECT_EQ(decode(usual(), {"/bin/echo", {std::string(500, 'x')}}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decode(usual(), {"/bin/true", {}}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decode(usual(), {"/nowhere", {}}).error().code, ErrorCode::unavailable);
}

TEST(Child, HasNoEnvironmentAndNoOtherDescriptors) {
  const auto sound = decode(usual(), {"/usr/bin/env",
                                      {"sh", "-c",
                                       "test -z \"$HOME$FRONTDESK_MASTER_KEY\" || exit 2; "
                                       "test \"$(ls /proc/self/fd | wc -l)\" -le 4 || exit 2"}});
  ASSERT_FALSE(sound);
  EXPECT_EQ(sound.error().code, ErrorCode::invalid_argument) << sound.error().message;
}

}  // namespace
}  // namespace frontdesk::sound_files
