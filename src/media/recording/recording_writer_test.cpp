#include "media/recording/recording_writer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "audio/wav.hpp"

namespace frontdesk::recording {
namespace {

namespace fs = std::filesystem;
using base::milliseconds;

class Recording : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "frontdesk-recording-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    path = folder / "call.wav";
  }
  void TearDown() override { fs::remove_all(folder); }

  fs::path folder;
  fs::path path;
  audio::Pcm second = audio::Pcm(16000, 5);
};

}  // namespace

TEST_F(Recording, IsAWavFileWithBothSides) {
  auto writer = RecordingWriter::create(path);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->write(audio::Pcm{1, 2, 3}, audio::Pcm{-1, -2, -3}));
  ASSERT_TRUE(writer->write(audio::Pcm{4, -4}));
  EXPECT_EQ(writer->length(), base::microseconds(500));
  ASSERT_TRUE(writer->close());
  const auto wav = audio::read_wav(path);
  ASSERT_TRUE(wav);
  EXPECT_EQ(wav->rate, 8000);
  EXPECT_EQ(wav->channel(0), (audio::Pcm{1, 2, 3, 4}));
  EXPECT_EQ(wav->channel(1), (audio::Pcm{-1, -2, -3, -4}));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_FALSE(writer->write(audio::Pcm{1, 1}));
  EXPECT_TRUE(writer->close());
}

TEST_F(Recording, RefusesWhatWouldHarm) {
  { std::ofstream(path) << "precious"; }
  EXPECT_EQ(RecordingWriter::create(path).error().code, base::ErrorCode::already_exists);
  EXPECT_EQ(recover(path).error().code, base::ErrorCode::invalid_argument);
  EXPECT_EQ(fs::file_size(path), 8U);
  EXPECT_EQ(RecordingWriter::create(folder / "none" / "call.wav").error().code, base::ErrorCode::not_found);
  EXPECT_EQ(recover(folder / "none.wav").error().code, base::ErrorCode::not_found);
  auto writer = RecordingWriter::create(folder / "odd.wav");
  EXPECT_EQ(writer->write(audio::Pcm{1}).error().code, base::ErrorCode::invalid_argument);
  EXPECT_EQ(writer->write(audio::Pcm{1, 2}, audio::Pcm{1}).error().code, base::ErrorCode::invalid_argument);
  ASSERT_TRUE(audio::write_wav(folder / "mono.wav", {8000, 1, {1, 2, 3}}));
  EXPECT_FALSE(recover(folder / "mono.wav"));
}

TEST_F(Recording, SurvivesAKillUpToTheLastFlushAndIsMendedBeyondIt) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto writer = RecordingWriter::create(path);
    if (!writer || !writer->write(second) || !writer->flush() || !writer->write(second)) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(audio::read_wav(path)->frames(), 8000U);
  { std::ofstream(path, std::ios::app) << "abc"; }  // a torn frame
  const auto mended = recover(path);
  ASSERT_TRUE(mended);
  EXPECT_EQ(*mended, base::seconds(2));
  EXPECT_EQ(audio::read_wav(path)->frames(), 16000U);
  EXPECT_EQ(fs::file_size(path), audio::kWavHeaderBytes + 64000);
  EXPECT_EQ(*recover(path), base::seconds(2));
}

TEST_F(Recording, AFullDiskIsAnErrorAndKeepsWhatWasWritten) {
  // A limit on the size of files stands in for the disk, in a child so that the tests keep theirs.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{50'000, 50'000};
    auto writer = RecordingWriter::create(path);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0 || !writer || !writer->write(second)) ::_exit(1);
    const auto refused = writer->write(second);
    if (refused || refused.error().code != base::ErrorCode::resource_exhausted) ::_exit(2);
    if (!writer->write(audio::PcmView(second).first(800)) || !writer->close()) ::_exit(3);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(audio::read_wav(path)->frames(), 8400U);
}

TEST_F(Recording, MovesKeepOneOwner) {
  auto first = RecordingWriter::create(path);
  RecordingWriter second_owner = std::move(*first);
  ASSERT_TRUE(second_owner.write(second));
  EXPECT_FALSE(first->write(second));
  auto other = RecordingWriter::create(folder / "other.wav");
  *other = std::move(second_owner);
  ASSERT_TRUE(other->close());
  EXPECT_EQ(audio::read_wav(path)->frames(), 8000U);
}

}  // namespace frontdesk::recording
