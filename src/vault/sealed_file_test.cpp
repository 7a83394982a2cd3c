#include "vault/sealed_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

#include "base/random.hpp"

namespace frontdesk::vault {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPurpose = "recording call_1";

class SealedFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "frontdesk-sealed-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    path = folder / "call_1.wav.sealed";
  }
  void TearDown() override { fs::remove_all(folder); }

  /// Chunks of 1, 2, ... 20 times 50 bytes.
  void write(bool finish) {
    auto writer = SealedWriter::create(path, keys, kPurpose);
    ASSERT_TRUE(writer) << writer.error().message;
    for (std::size_t i = 1; i <= 20; ++i) {
      Bytes part(i * 50, static_cast<std::uint8_t>('a' + i));
      ASSERT_TRUE(writer->append(part));
      plain.insert(plain.end(), part.begin(), part.end());
    }
    ASSERT_TRUE(!finish || writer->finish());
    EXPECT_EQ(writer->size(), plain.size());
  }
  std::string contents() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void replace(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  /// True if all of it can be read, and is a beginning of what was written.
  bool reads_a_beginning(std::uint64_t& size, bool& complete) const {
    const auto reader = SealedReader::open(path, keys, kPurpose);
    if (!reader) return false;
    size = reader->size();
    complete = reader->complete();
    const auto all = reader->read(0, 1U << 20U);
    if (!all) return false;
    EXPECT_TRUE(all->size() <= plain.size() && std::equal(all->begin(), all->end(), plain.begin()));
    return all->size() == size;
  }

  fs::path folder;
  fs::path path;
  KeyRing keys = *KeyRing::from_text(std::string(64, '5'));
  Bytes plain;
};

}  // namespace

TEST_F(SealedFile, ReadsBackWholeAndInParts) {
  write(true);
  const auto reader = SealedReader::open(path, keys, kPurpose);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_TRUE(reader->complete());
  EXPECT_EQ(reader->size(), plain.size());
  base::Random random(7);
  for (int i = 0; i < 500; ++i) {
    const auto from = random.below(plain.size());
    const auto count = random.below(2000);
    const auto part = reader->read(from, count);
    ASSERT_TRUE(part);
    const auto expected = std::min<std::uint64_t>(count, plain.size() - from);
    ASSERT_EQ(part->size(), expected);
    ASSERT_TRUE(std::equal(part->begin(), part->end(), plain.begin() + static_cast<std::ptrdiff_t>(from)));
  }
  EXPECT_TRUE(reader->read(plain.size(), 10)->empty());
  EXPECT_EQ(contents().find("bbbbbb"), std::string::npos) << "nothing lies in the clear";
  EXPECT_TRUE(is_sealed(path));
  EXPECT_EQ(SealedWriter::create(path, keys, kPurpose).error().code, base::ErrorCode::already_exists);
}

TEST_F(SealedFile, BelongsToOnePurposeAndOneKey) {
  write(true);
  EXPECT_FALSE(SealedReader::open(path, keys, "recording call_2"));
  EXPECT_FALSE(SealedReader::open(path, *KeyRing::from_text(std::string(64, '6')), kPurpose));
}

TEST_F(SealedFile, AMissingTailIsToldWhereverItBegins) {
  write(true);
  const auto whole = contents();
  for (std::size_t size = 92; size < whole.size(); ++size) {
    replace(whole.substr(0, size));
    std::uint64_t left = 0;
    bool complete = true;
    ASSERT_TRUE(reads_a_beginning(left, complete)) << size;
    EXPECT_FALSE(complete) << size;
    EXPECT_GE(left + 1000 + 92 + 21 * 32, std::min(plain.size(), size)) << size;
  }
  for (const std::size_t size : {0, 10, 91}) {
    replace(whole.substr(0, size));
    EXPECT_FALSE(SealedReader::open(path, keys, kPurpose)) << size;
  }
}

TEST_F(SealedFile, EveryOtherChangeIsRefused) {
  write(true);
  const auto whole = contents();
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    replace(bytes);
    std::uint64_t left = 0;
    bool complete = true;
    // A changed length may look like a missing tail; then it is told, and no wrong byte is read.
    EXPECT_FALSE(reads_a_beginning(left, complete) && complete) << at;
  }
  replace(whole + "more than nothing, and longer than a chunk's overhead");
  EXPECT_FALSE(SealedReader::open(path, keys, kPurpose));
}

TEST_F(SealedFile, ChunksCannotChangePlaces) {
  auto writer = SealedWriter::create(path, keys, kPurpose);
  ASSERT_TRUE(writer->append(Bytes(100, 'x')));
  ASSERT_TRUE(writer->append(Bytes(100, 'y')));
  ASSERT_TRUE(writer->append(Bytes(100, 'z')));
  auto bytes = contents();
  const auto first = bytes.substr(92, 132);
  bytes.replace(92, 132, bytes.substr(224, 132));
  bytes.replace(224, 132, first);
  replace(bytes);
  EXPECT_FALSE(SealedReader::open(path, keys, kPurpose)->read(0, 100));
}

TEST_F(SealedFile, SurvivesAKillAtAnyMoment) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto writer = SealedWriter::create(path, keys, kPurpose);
    for (int i = 0; i < 7; ++i)
      if (!writer || !writer->append(Bytes(100, 'k'))) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto reader = SealedReader::open(path, keys, kPurpose);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->size(), 700U);
  EXPECT_FALSE(reader->complete());
  replace(contents() + std::string(500, '\0'));  // blocks that never reached the disk
  EXPECT_EQ(SealedReader::open(path, keys, kPurpose)->size(), 700U);
}

TEST_F(SealedFile, OutlivesAPowerFailureThatLeftSomeOfTheLastBlocks) {
  auto writer = SealedWriter::create(path, keys, kPurpose);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(writer->append(Bytes(5000, 's')));
  ASSERT_TRUE(writer->synchronise());
  const auto kept = contents().size();
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(writer->append(Bytes(5000, 'u')));
  const auto whole = contents();
  for (unsigned blocks = 0; blocks < 256; blocks += 5) {  // bits: which blocks of 4096 bytes were written
    auto bytes = whole;
    for (auto at = kept; at < bytes.size(); ++at)
      if ((blocks >> ((at / 4096 - kept / 4096) % 8) & 1U) == 0) bytes[at] = 0;
    replace(bytes);
    const auto reader = SealedReader::open(path, keys, kPurpose);
    ASSERT_TRUE(reader) << blocks << ": " << reader.error().message;
    EXPECT_FALSE(reader->complete());
    ASSERT_GE(reader->size(), 40'000U) << blocks;
    EXPECT_EQ(*reader->read(0, 40'000), Bytes(40'000, 's'));
  }
}

TEST_F(SealedFile, AFullDiskIsAnErrorAndWhatWasWrittenStays) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    auto writer = SealedWriter::create(path, keys, kPurpose);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0 || !writer || !writer->append(Bytes(500, 'k'))) ::_exit(1);
    const auto refused = writer->append(Bytes(500, 'l'));
    if (refused || refused.error().code != base::ErrorCode::resource_exhausted) ::_exit(2);
    if (!writer->append(Bytes(100, 'm')) || !writer->finish()) ::_exit(3);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const auto reader = SealedReader::open(path, keys, kPurpose);
  ASSERT_TRUE(reader);
  EXPECT_TRUE(reader->complete());
  EXPECT_EQ(reader->size(), 600U);
}

TEST_F(SealedFile, IsWrappedAnewWithoutBeingSealedAnew) {
  auto ring = KeyRing::load_or_create(folder / kMasterKeyFile);
  auto writer = SealedWriter::create(path, *ring, kPurpose);
  ASSERT_TRUE(writer->append(Bytes(100, 'r')));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(*rewrap_file(path, *ring, kPurpose), false);
  const auto before = contents();
  ASSERT_TRUE(ring->rotate(folder / kMasterKeyFile));
  EXPECT_FALSE(rewrap_file(path, *ring, "recording call_2"));
  EXPECT_EQ(*rewrap_file(path, *ring, kPurpose), true);
  const auto after = contents();
  EXPECT_NE(before.substr(24, 68), after.substr(24, 68));
  EXPECT_EQ(before.substr(92), after.substr(92));
  EXPECT_EQ(SealedReader::open(path, *ring, kPurpose)->read(0, 100)->size(), 100U);
}

// Its writer and a reader go on; the next reader needs the new key alone. The sound is not touched.
TEST_F(SealedFile, IsRewrappedInPlaceWhileItIsWrittenAndRead) {
  auto ring = *KeyRing::load_or_create(folder / kMasterKeyFile);
  auto writer = SealedWriter::create(path, ring, kPurpose);
  ASSERT_TRUE(writer->append(Bytes(100, 'a')));
  const auto reader = SealedReader::open(path, ring, kPurpose);
  const auto old_id = ring.ids().front();
  EXPECT_EQ(to_text(*master_key_of_file(path)), old_id);
  struct stat before {};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  ASSERT_TRUE(ring.rotate(folder / kMasterKeyFile));
  ASSERT_TRUE(*rewrap_file(path, ring, kPurpose));
  struct stat after {};
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino) << "no copy";
  EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
  EXPECT_EQ(before.st_size, after.st_size);
  ASSERT_TRUE(writer->append(Bytes(50, 'b')));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(reader->read(0, 100)->size(), 100U);
  ASSERT_TRUE(KeyRing::take_out(folder / kMasterKeyFile, old_id));
  const auto later = SealedReader::open(path, *KeyRing::load(folder / kMasterKeyFile), kPurpose);
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_TRUE(later->complete());
  EXPECT_EQ(later->read(0, 1000)->size(), 150U);
}

// A process that does nothing but rewrap, killed again and again wherever it is: the file can always be read.
TEST_F(SealedFile, AKillDuringTheRewrapLeavesAReadableFile) {
  write(true);
  const auto first = std::string(64, '5');
  const auto second = std::string(64, '6');
  base::Random random(7);
  for (int round = 0; round < 60; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto there = *KeyRing::from_text(first + " " + second);
      const auto back = *KeyRing::from_text(second + " " + first);
      for (;;) {
        (void)rewrap_file(path, there, kPurpose);
        (void)rewrap_file(path, back, kPurpose);
        (void)!::write(pipe[1], "x", 1);
      }
    }
    ::close(pipe[1]);
    char seen = 0;
    for (auto rounds = random.below(20); rounds > 0; --rounds) ASSERT_EQ(::read(pipe[0], &seen, 1), 1);
    const auto both = *KeyRing::from_text(first + " " + second);
    const auto beside = SealedReader::open(path, both, kPurpose);
    EXPECT_TRUE(beside) << "while it goes on: " << beside.error().message;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(pipe[0]);
    const auto reader = SealedReader::open(path, both, kPurpose);
    ASSERT_TRUE(reader) << round << ": " << reader.error().message;
    EXPECT_TRUE(reader->complete());
    EXPECT_EQ(*reader->read(0, 1U << 20U), plain);
  }
}

}  // namespace frontdesk::vault
