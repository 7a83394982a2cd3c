#include "records/journals/journal_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/entropy.hpp"

namespace frontdesk::journals {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Journal : public testing::Test {
 protected:
  Journal() { std::filesystem::create_directories(folder); }
  ~Journal() override { std::filesystem::remove_all(folder); }

  std::string raw(const std::filesystem::path& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::filesystem::path folder = std::filesystem::temp_directory_path() / base::new_id("journals");
  const vault::KeyRing keys = *vault::KeyRing::from_text(std::string(64, 'a'));
};

TEST_F(Journal, IsSealedAsItGrows) {
  const auto path = folder / file_name("call_1", true);
  auto journal = *JournalFile::create(path, &keys);
  ASSERT_TRUE(journal.append("turn caller \"my number is 12\"\n"));
  EXPECT_EQ(*read(path, &keys), "turn caller \"my number is 12\"\n") << "while it is written";
  ASSERT_TRUE(journal.append(std::string(vault::kLongestChunk + 5, 'x')));
  EXPECT_EQ(read(path, &keys)->size(), 30U + vault::kLongestChunk + 5);
  EXPECT_THAT(raw(path), Not(HasSubstr("my number")));
  EXPECT_EQ(read(path, nullptr).error().code, base::ErrorCode::failed_precondition);
  std::filesystem::rename(path, folder / file_name("call_2", true));
  EXPECT_FALSE(read(folder / file_name("call_2", true), &keys)) << "another call's name";
}

TEST_F(Journal, ATornTailCostsTheTailAlone) {
  const auto path = folder / file_name("call_1", true);
  auto journal = *JournalFile::create(path, &keys);
  ASSERT_TRUE(journal.append("first\n"));
  const auto whole = std::filesystem::file_size(path);
  ASSERT_TRUE(journal.append("second\n"));
  std::filesystem::resize_file(path, whole + 9);
  EXPECT_EQ(*read(path, &keys), "first\n");
}

TEST_F(Journal, IsTextWithoutKeysAndGoesOn) {
  const auto path = folder / file_name("call_1", false);
  ASSERT_TRUE(JournalFile::create(path, nullptr)->append("first\n"));
  ASSERT_TRUE(JournalFile::create(path, nullptr)->append("second\n"));
  EXPECT_EQ(raw(path), "first\nsecond\n");
  EXPECT_EQ(*read(path, nullptr), "first\nsecond\n");
  EXPECT_EQ(read(folder / "call_9.tape", nullptr).error().code, base::ErrorCode::not_found);
}

}  // namespace
}  // namespace frontdesk::journals
