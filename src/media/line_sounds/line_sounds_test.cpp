// On recordings from Debian packages (asterisk-moh-opsound-wav: music; asterisk-core-sounds-en-wav: a woman's
// prompts and a beep), through G.711 as on a line; and on tones made here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>

#include "audio/g711.hpp"
#include "audio/wav.hpp"
#include "base/random.hpp"
#include "media/line_sounds/line_sound_detector.hpp"

namespace frontdesk::line_sounds {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kMusicFolder = "/usr/share/asterisk/moh";
constexpr const char* kSpeechFolder = "/usr/share/asterisk/sounds/en_US_f_Allison";

struct Heard {
  LineSound sound;
  double at;  ///< seconds
};

std::vector<Heard> listen(audio::PcmView pcm) {
  LineSoundDetector detector;
  std::vector<Heard> heard;
  std::vector<std::uint8_t> codes(audio::kFrameSamples);
  audio::Pcm frame(audio::kFrameSamples);
  for (std::size_t at = 0; at + frame.size() <= pcm.size(); at += frame.size()) {
    audio::encode_g711(audio::G711Law::mu, pcm.subspan(at, frame.size()), codes);
    audio::decode_g711(audio::G711Law::mu, codes, frame);
    if (const auto sound = detector.push(frame))
      heard.push_back({*sound, static_cast<double>(at + frame.size()) / audio::kTelephoneRate});
  }
  return heard;
}

std::vector<LineSound> sounds(const audio::Pcm& pcm) {
  std::vector<LineSound> out;
  for (const auto& heard : listen(pcm)) out.push_back(heard.sound);
  return out;
}

audio::Pcm tones(std::vector<double> hertz, double seconds, double amplitude = 6000) {
  audio::Pcm pcm(static_cast<std::size_t>(seconds * audio::kTelephoneRate));
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    double value = 0;
    for (const auto h : hertz) value += amplitude * std::sin(2 * std::numbers::pi * h * static_cast<double>(i) / 8000);
    pcm[i] = static_cast<audio::Sample>(std::clamp(value, -32000.0, 32000.0));
  }
  return pcm;
}

audio::Pcm silence(double seconds) {
  return audio::Pcm(static_cast<std::size_t>(seconds * audio::kTelephoneRate));
}

audio::Pcm noise(double seconds, double amplitude, std::uint64_t seed = 1) {
  base::Random random(seed);
  auto pcm = silence(seconds);
  for (auto& sample : pcm) sample = static_cast<audio::Sample>((random.unit() + random.unit() - 1) * amplitude);
  return pcm;
}

audio::Pcm operator+(audio::Pcm a, const audio::Pcm& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

audio::Pcm mixed(audio::Pcm a, const audio::Pcm& b, double gain) {
  for (std::size_t i = 0; i < a.size() && !b.empty(); ++i)
    a[i] = static_cast<audio::Sample>(std::clamp(a[i] + gain * b[i % b.size()], -32000.0, 32000.0));
  return a;
}

std::vector<std::filesystem::path> recordings(const char* folder) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::exists(folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".wav") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

audio::Pcm read(const std::filesystem::path& path) {
  const auto wav = audio::read_wav(path);
  return wav ? wav->channel(0) : audio::Pcm{};
}

/// Prompts one after the other without a pause, as nobody speaks: the hard case.
audio::Pcm prompts() {
  audio::Pcm all;
  for (const auto& file : recordings(kSpeechFolder)) {
    const auto name = file.filename().string();
    const bool no_speech = name.find("beep") != std::string::npos || name.find("tone") != std::string::npos ||
                           name.find("monkeys") != std::string::npos ||
                           file.string().find("silence") != std::string::npos;
    if (!no_speech) all = std::move(all) + read(file);
  }
  return all;
}

TEST(LineSounds, SpeechIsNone) {
  const auto speech = prompts();
  if (speech.empty()) GTEST_SKIP() << "asterisk-core-sounds-en-wav is not installed";
  const auto heard = listen(speech);
  std::printf("%zu false alarms in %.1f minutes of speech\n", heard.size(),
              static_cast<double>(speech.size()) / 480000);
  EXPECT_THAT(heard, IsEmpty());
}

TEST(LineSounds, SpeechOverNoiseOrQuietMusicIsNone) {
  const auto speech = prompts();
  if (speech.empty()) GTEST_SKIP() << "asterisk-core-sounds-en-wav is not installed";
  EXPECT_THAT(listen(mixed(speech, noise(60, 600), 1)), IsEmpty());
  audio::Pcm music;
  for (const auto& file : recordings(kMusicFolder)) music = std::move(music) + read(file);
  if (music.empty()) GTEST_SKIP() << "asterisk-moh-opsound-wav is not installed";
  const auto heard = listen(mixed(speech, music, 0.05));
  std::printf("%zu alarms with music 26 dB lower behind the speech\n", heard.size());
  EXPECT_THAT(heard, IsEmpty());
}

TEST(LineSounds, HoldMusicIsHeardWithinSeconds) {
  const auto files = recordings(kMusicFolder);
  if (files.empty()) GTEST_SKIP() << "asterisk-moh-opsound-wav is not installed";
  // Put on hold anywhere in a piece: every 20 s for 20 s.
  constexpr std::size_t kExcerpt = 20 * audio::kTelephoneRate;
  std::size_t excerpts = 0;
  std::vector<double> after;
  for (const auto& file : files) {
    const auto music = read(file);
    for (std::size_t at = 0; at + kExcerpt <= music.size(); at += kExcerpt, ++excerpts)
      for (const auto& heard : listen(audio::PcmView(music).subspan(at, kExcerpt)))
        if (heard.sound == LineSound::music) {
          after.push_back(heard.at);
          break;
        }
  }
  std::sort(after.begin(), after.end());
  ASSERT_FALSE(after.empty());
  std::printf("music heard in %zu of %zu excerpts; after p50 %.1f s, p95 %.1f s\n", after.size(), excerpts,
              after[after.size() / 2], after[after.size() * 95 / 100]);
  EXPECT_GE(static_cast<double>(after.size()), 0.95 * static_cast<double>(excerpts));
  EXPECT_LE(after[after.size() / 2], 6.0);
}

TEST(LineSounds, TheTonesOfTheExchangeAndNoiseAreNone) {
  audio::Pcm ringing;
  audio::Pcm ringing_us;
  audio::Pcm busy;
  for (int i = 0; i < 6; ++i) {
    ringing = std::move(ringing) + tones({425}, 1) + silence(4);
    ringing_us = std::move(ringing_us) + tones({440, 480}, 2) + silence(4);
    busy = std::move(busy) + tones({480, 620}, 0.5) + silence(0.5);
  }
  EXPECT_THAT(sounds(ringing), IsEmpty());
  EXPECT_THAT(sounds(ringing_us), IsEmpty());
  EXPECT_THAT(sounds(busy), IsEmpty());
  EXPECT_THAT(sounds(tones({350, 440}, 30)), IsEmpty()) << "dial tone";
  EXPECT_THAT(sounds(noise(60, 8000)), IsEmpty());
  EXPECT_THAT(sounds(silence(60)), IsEmpty());
  const auto information = tones({950}, 0.33) + tones({1400}, 0.33) + tones({1800}, 0.33) + silence(1);
  EXPECT_THAT(sounds(information), IsEmpty()) << "special information tone";
}

TEST(LineSounds, DigitsAreNone) {
  audio::Pcm dialled;
  for (const double low : {697, 770, 852, 941})
    for (const double high : {1209, 1336, 1477}) dialled = std::move(dialled) + tones({low, high}, 0.2) + silence(0.5);
  EXPECT_THAT(sounds(dialled), IsEmpty());
}

TEST(LineSounds, ABeepIsHeardOnceAfterItsSilence) {
  for (const double hertz : {520, 800, 1000, 1100, 1400, 1990})
    for (const double length : {0.12, 0.3, 1.0, 2.5}) {
      const auto call = noise(1, 60) + tones({hertz}, length, 3000) + noise(6, 60, 2);
      const auto heard = listen(call);
      ASSERT_EQ(heard.size(), 1U) << hertz << " Hz, " << length << " s";
      EXPECT_EQ(heard[0].sound, LineSound::beep);
      const bool may_be_fax = hertz == 1100 && length > 0.4 && length < 0.6;
      EXPECT_LE(heard[0].at, 1 + length + (may_be_fax ? 4.5 : 0.45));
    }
}

TEST(LineSounds, WhatIsTooShortTooLongOrFollowedBySoundIsNoBeep) {
  EXPECT_THAT(sounds(silence(1) + tones({1000}, 0.06) + silence(2)), IsEmpty());
  EXPECT_THAT(sounds(silence(1) + tones({1000}, 3.5) + silence(2)), IsEmpty());
  EXPECT_THAT(sounds(silence(1) + tones({1000}, 0.5) + noise(2, 9000)), IsEmpty());
  EXPECT_THAT(sounds(silence(1) + tones({1000}, 0.5, 100) + silence(2)), IsEmpty()) << "hardly audible";
}

TEST(LineSounds, AnnouncementAndBeepOfAnAnsweringMachine) {
  const auto beep = read(std::filesystem::path(kSpeechFolder) / "beep.wav");
  if (beep.empty()) GTEST_SKIP() << "asterisk-core-sounds-en-wav is not installed";
  const auto greeting = read(std::filesystem::path(kSpeechFolder) / "vm-intro.wav");
  EXPECT_THAT(sounds(greeting + beep + silence(1)), ElementsAre(LineSound::beep));
}

TEST(LineSounds, FaxMachines) {
  audio::Pcm calling = silence(1);
  for (int i = 0; i < 5; ++i) calling = std::move(calling) + tones({1115}, 0.5) + silence(3);
  const auto heard = listen(calling + silence(5));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].sound, LineSound::fax);
  EXPECT_LE(heard[0].at, 1 + 0.5 + 3 + 0.5 + 0.4);
  EXPECT_THAT(sounds(silence(1) + tones({2100}, 3) + silence(2)), ElementsAre(LineSound::fax));
  // One alone is a beep, known a little later.
  EXPECT_THAT(sounds(silence(1) + tones({1100}, 0.5) + silence(6)), ElementsAre(LineSound::beep));
}

}  // namespace
}  // namespace frontdesk::line_sounds
