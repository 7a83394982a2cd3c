#include "media/recording/call_recording.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <numbers>

#include "media/recording/ogg_opus.hpp"

namespace frontdesk::recording {
namespace {

namespace fs = std::filesystem;

/// Caller left 440 Hz, receptionist right 1,000 Hz.
audio::Pcm tones(std::size_t samples, std::size_t from = 0) {
  audio::Pcm pcm;
  for (std::size_t i = from; i < from + samples; ++i) {
    const auto t = static_cast<double>(i) / 8000 * 2 * std::numbers::pi;
    pcm.push_back(static_cast<audio::Sample>(8000 * std::sin(440 * t)));
    pcm.push_back(static_cast<audio::Sample>(8000 * std::sin(1000 * t)));
  }
  return pcm;
}

/// The share of a channel's energy that lies at this frequency.
double share_at(const audio::Pcm& pcm, double frequency) {
  double re = 0, im = 0, energy = 0;
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const auto phase = static_cast<double>(i) / 8000 * 2 * std::numbers::pi * frequency;
    re += pcm[i] * std::cos(phase);
    im += pcm[i] * std::sin(phase);
    energy += static_cast<double>(pcm[i]) * pcm[i];
  }
  return energy == 0 ? 0 : 2 * (re * re + im * im) / (energy * static_cast<double>(pcm.size()));
}

struct Form {
  Format format;
  bool sealed;
};

class Forms : public testing::TestWithParam<Form> {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "frontdesk-forms-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    storage.format = GetParam().format;
    if (GetParam().sealed)
      storage.keys = std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'c')));
    path = folder / file_name("call_1", storage);
  }
  void TearDown() override { fs::remove_all(folder); }
  void expect_tones(const audio::Wav& wav) const {
    ASSERT_EQ(wav.channels, 2);
    EXPECT_EQ(wav.rate, 8000);
    EXPECT_GT(share_at(wav.channel(0), 440), 0.9);
    EXPECT_GT(share_at(wav.channel(1), 1000), 0.9);
  }

  fs::path folder;
  fs::path path;
  Storage storage;
};

}  // namespace

TEST_P(Forms, PlayBackWhatWasRecorded) {
  auto recording = create_recording(path, storage);
  ASSERT_TRUE(recording) << recording.error().message;
  for (std::size_t i = 0; i < 5; ++i) {
    ASSERT_TRUE((*recording)->write(tones(4001, i * 4001)));
    ASSERT_TRUE((*recording)->flush());
  }
  EXPECT_EQ((*recording)->length(), base::microseconds(20'005 * 125));
  ASSERT_TRUE((*recording)->close());
  const auto reader = open_recording(path, storage.keys.get());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_TRUE((*reader)->complete());
  const auto wav = read_sound(**reader);
  ASSERT_TRUE(wav) << wav.error().message;
  EXPECT_EQ(wav->frames(), 20'005U);
  expect_tones(*wav);
  EXPECT_EQ(create_recording(path, storage).error().code, base::ErrorCode::already_exists);
}

TEST_P(Forms, AnyRangeIsTheSameAsTheWhole) {
  auto recording = create_recording(path, storage);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE((*recording)->write(tones(4000, i * 4000)));
    ASSERT_TRUE((*recording)->flush());
  }
  ASSERT_TRUE((*recording)->close());
  const auto reader = open_recording(path, storage.keys.get());
  const auto whole = (*reader)->read(0, 1U << 20U);
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->size(), (*reader)->size());
  for (std::size_t from = 0; from < whole->size(); from += 1009)
    for (const std::size_t length : {1, 44, 3000})
      EXPECT_EQ(*(*reader)->read(from, length), whole->substr(from, length));
}

TEST_P(Forms, PlayUpToTheLastFlushAfterAKill) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto recording = create_recording(path, storage);
    for (std::size_t i = 0; i < 8; ++i)
      if (!recording || !(*recording)->write(tones(4000, i * 4000)) || !(*recording)->flush()) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_TRUE(mend_recording(path));
  const auto reader = open_recording(path, storage.keys.get());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->complete(), !GetParam().sealed) << "a sealed one tells that its end is missing";
  const auto wav = read_sound(**reader);
  ASSERT_TRUE(wav);
  EXPECT_GE(wav->frames(), 32'000U - 160U);
  expect_tones(*wav);
}

TEST_P(Forms, SealedNothingLiesInTheClear) {
  if (!GetParam().sealed) return;
  auto recording = create_recording(path, storage);
  const auto sound = tones(8000);
  ASSERT_TRUE((*recording)->write(sound));
  ASSERT_TRUE((*recording)->close());
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::string raw(reinterpret_cast<const char*>(sound.data()), 64);
  EXPECT_EQ(bytes.find(raw.substr(16, 16)), std::string::npos);
  for (const auto* mark : {"OggS", "OpusHead", "RIFF", "WAVE"}) EXPECT_EQ(bytes.find(mark), std::string::npos);
  EXPECT_FALSE(open_recording(path, nullptr));
  const auto elsewhere = folder / ("call_2" + path.filename().string().substr(6));
  fs::copy_file(path, elsewhere);
  EXPECT_FALSE(open_recording(elsewhere, storage.keys.get())) << "a recording cannot pass for another call's";
}

INSTANTIATE_TEST_SUITE_P(All, Forms,
                         testing::Values(Form{Format::wav, false}, Form{Format::wav, true}, Form{Format::opus, false},
                                         Form{Format::opus, true}),
                         [](const auto& form) {
                           return std::string(form.param.format == Format::wav ? "Wav" : "Opus") +
                                  (form.param.sealed ? "Sealed" : "Plain");
                         });

TEST(OggOpus, TakesAboutAsMuchRoomAsItShould) {
  auto encoder = OggOpusEncoder::create();
  ASSERT_TRUE(encoder);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < 60; ++i) {
    ASSERT_TRUE(encoder->add(tones(4000, i * 4000)));
    bytes += encoder->take_pages().size();
  }
  bytes += encoder->finish()->size();
  const auto kbits = static_cast<double>(bytes) * 8 / 30 / 1000;
  EXPECT_GT(kbits, 10);
  EXPECT_LT(kbits, 34);
}

TEST(OggOpus, AnotherProgramPlaysItWhereverItIsCutAfterAPage) {
  if (std::system("command -v opusdec >/dev/null 2>&1") != 0) GTEST_SKIP() << "opusdec is not installed";
  std::string pattern = (fs::temp_directory_path() / "frontdesk-opus-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  const fs::path folder = pattern;
  auto encoder = OggOpusEncoder::create();
  std::vector<std::uint8_t> file;
  for (std::size_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(encoder->add(tones(4000, i * 4000)));
    const auto pages = encoder->take_pages();
    file.insert(file.end(), pages.begin(), pages.end());
    std::ofstream(folder / "a.ogg", std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
    const auto command = "opusdec --quiet --rate 8000 --no-dither " + (folder / "a.ogg").string() + " " +
                         (folder / "a.wav").string() + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0);
    const auto wav = audio::read_wav(folder / "a.wav");
    ASSERT_TRUE(wav);
    EXPECT_GE(wav->frames() + 200, (i + 1) * 4000);
    if (i == 5) {
      EXPECT_GT(share_at(wav->channel(1), 1000), 0.9);
    }
  }
  fs::remove_all(folder);
}

TEST(OggOpus, RefusesWhatIsNone) {
  EXPECT_FALSE(decode_ogg_opus({}));
  EXPECT_FALSE(decode_ogg_opus(vault::bytes_of("RIFF....WAVE and so on")));
  auto encoder = OggOpusEncoder::create();
  auto pages = encoder->take_pages();
  EXPECT_TRUE(decode_ogg_opus(pages));
  pages[28 + 9] = 9;
  EXPECT_FALSE(decode_ogg_opus(pages)) << "a page whose checksum is wrong";
}

}  // namespace frontdesk::recording
