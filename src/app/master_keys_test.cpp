#include "app/master_keys.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "media/recording/call_recording.hpp"
#include "records/journals/journal_file.hpp"

namespace frontdesk::app {
namespace {

namespace fs = std::filesystem;
const std::string kFirst(64, '1');
const std::string kSecond(64, '2');
constexpr std::string_view kFor = "test";

std::string id_of(const std::string& key) {
  return vault::KeyRing::from_text(key)->ids().front();
}

class MasterKeysTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "frontdesk-master-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    put(kFirst + "\n");
    auto opened = MasterKeys::open(folder, "");
    ASSERT_TRUE(opened) << opened.error().message;
    keys = *opened;
  }
  void TearDown() override { fs::remove_all(folder); }
  /// Another file in its place, as editors and configuration tools do.
  void put(const std::string& text, mode_t mode = 0600) const {
    const auto fresh = folder / "fresh";
    { std::ofstream(fresh) << text; }
    ASSERT_EQ(::chmod(fresh.c_str(), mode), 0);
    fs::rename(fresh, folder / vault::kMasterKeyFile);
  }
  MasterKeys::News look() {
    return keys->look([this]() -> base::Result<rotation::Counts> {
      ++counted;
      if (uncountable) return base::fail(base::ErrorCode::unavailable, "test", "the database is away");
      return in_use;
    });
  }
  std::vector<std::string> ids() const { return keys->ring()->ids(); }

  fs::path folder;
  std::shared_ptr<MasterKeys> keys;
  rotation::Counts in_use;
  bool uncountable = false;
  int counted = 0;
};

/// Whatever writes sealed files must be among the folders, or a key that is taken out takes those files with it.
TEST_F(MasterKeysTest, EverythingThatIsSealedOnThisMachineIsRewrapped) {
  const auto old_ring = *vault::KeyRing::from_text(kFirst);
  const auto new_ring = *vault::KeyRing::from_text(kFirst + "\n" + kSecond);
  const std::map<std::string, std::string> files = {
      {"recordings/2026-11/call_1.wav.sealed", recording::purpose_of("call_1.wav.sealed")},
      {"spool/blobs/recordings/2026-11/call_2.wav.sealed", recording::purpose_of("call_2.wav.sealed")},
      {"cache/recordings/2026-11/call_3.ogg.sealed", recording::purpose_of("call_3.ogg.sealed")},
      {"journals/2026-11/call_4.tape.sealed", journals::purpose_of("call_4.tape.sealed")},
      {"waiting/rows_5.log.sealed", "waiting rows_5.log.sealed"}};
  for (const auto& [name, purpose] : files) {
    fs::create_directories((folder / name).parent_path());
    ASSERT_TRUE(vault::SealedWriter::create(folder / name, old_ring, purpose)->append(vault::bytes_of("sealed")));
  }
  const auto done = rotation::rewrap_files(sealed_folders(folder), new_ring, [] { return base::Status(); });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->done, std::int64_t(files.size()));
  EXPECT_EQ(done->lost, 0) << done->first_lost;
  const auto second_alone = *vault::KeyRing::from_text(kSecond);
  for (const auto& [name, purpose] : files)
    EXPECT_TRUE(vault::SealedReader::open(folder / name, second_alone, purpose)) << name;
}

TEST_F(MasterKeysTest, TakesOnWhatIsAddedUnderTheHandsOfThoseWhoUseTheRing) {
  const auto ring = keys->ring();
  EXPECT_FALSE(look().any());
  put(kFirst + "\n" + kSecond + "\n");
  const auto news = look();
  EXPECT_EQ(news.added, std::vector<std::string>{id_of(kSecond)});
  EXPECT_TRUE(news.newest_changed);
  EXPECT_EQ(ring->ids(), (std::vector<std::string>{id_of(kFirst), id_of(kSecond)}));
  EXPECT_FALSE(look().any()) << "told once";
  EXPECT_EQ(counted, 0);
  // Beside the newest, before it wraps: for machines that share a database.
  put(std::string(64, '3') + "\n" + kFirst + "\n" + kSecond + "\n");
  const auto beside = look();
  EXPECT_EQ(beside.added.size(), 1U);
  EXPECT_FALSE(beside.newest_changed);
}

TEST_F(MasterKeysTest, AFileThatCannotBeUsedChangesNothingUntilItIsMended) {
  const auto wrapped = *keys->ring()->wrap(*vault::Key::random(), vault::bytes_of(kFor));
  const auto refused = [&](const char* what) {
    EXPECT_FALSE(look().any()) << what;
    EXPECT_FALSE(keys->problem().empty()) << what;
    EXPECT_EQ(keys->problem().find(kSecond), std::string::npos) << "no key is told";
    EXPECT_EQ(ids(), std::vector<std::string>{id_of(kFirst)}) << what;
    EXPECT_TRUE(keys->ring()->unwrap(wrapped, vault::bytes_of(kFor))) << what;
  };
  put(kFirst + "\n" + kSecond.substr(1) + "\n");
  refused("a digit is missing");
  put("# nothing\n");
  refused("no key");
  put(kFirst + "\n" + kSecond + "\n", 0644);
  refused("others may read it");
  fs::remove(folder / vault::kMasterKeyFile);
  refused("it is gone");
  fs::create_symlink("/dev/null", folder / vault::kMasterKeyFile);
  refused("a link");
  fs::remove(folder / vault::kMasterKeyFile);
  put(kFirst + "\n" + kSecond + "\n");
  EXPECT_TRUE(look().newest_changed);
  EXPECT_EQ(keys->problem(), "");
}

TEST_F(MasterKeysTest, AKeyThatSomethingNeedsIsKeptAlthoughItsLineIsGone) {
  const auto wrapped = *keys->ring()->wrap(*vault::Key::random(), vault::bytes_of(kFor));
  in_use = {{id_of(kFirst), 12}};
  put(kSecond + "\n");
  const auto news = look();
  EXPECT_TRUE(news.newest_changed);
  EXPECT_TRUE(news.removed.empty());
  EXPECT_EQ(ids(), (std::vector<std::string>{id_of(kFirst), id_of(kSecond)})) << "the new one wraps";
  EXPECT_TRUE(keys->ring()->unwrap(wrapped, vault::bytes_of(kFor)));
  EXPECT_NE(keys->problem().find("12 things"), std::string::npos) << keys->problem();
  EXPECT_FALSE(look().any());
  EXPECT_EQ(counted, 1) << "not with every look";
  put(kFirst + "\n" + kSecond + "\n");
  EXPECT_FALSE(look().any()) << "its line is back";
  EXPECT_EQ(keys->problem(), "");
}

TEST_F(MasterKeysTest, WhatCannotBeCountedIsNeeded) {
  uncountable = true;
  put(kSecond + "\n");
  (void)look();
  EXPECT_EQ(ids().size(), 2U);
  EXPECT_NE(keys->problem().find("cannot be counted"), std::string::npos);
  uncountable = false;
  put("# again\n" + kSecond + "\n");
  EXPECT_EQ(look().removed, std::vector<std::string>{id_of(kFirst)});
  EXPECT_EQ(ids(), std::vector<std::string>{id_of(kSecond)});
  EXPECT_EQ(keys->problem(), "");
}

TEST_F(MasterKeysTest, TheEnvironmentIsNotFollowed) {
  const auto given = *MasterKeys::open(folder, kSecond);
  EXPECT_FALSE(given->by_file());
  put(std::string(64, '3') + "\n");
  EXPECT_FALSE(given->look([] { return base::Result<rotation::Counts>(rotation::Counts()); }).any());
  EXPECT_EQ(given->ring()->ids(), std::vector<std::string>{id_of(kSecond)});
}

}  // namespace
}  // namespace frontdesk::app
