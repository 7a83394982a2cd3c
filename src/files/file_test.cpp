#include "files/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace frontdesk::files {
namespace {

using Bytes = std::vector<std::uint8_t>;

Descriptor temporary() {
  std::string name = ::testing::TempDir() + "file_test_XXXXXX";
  Descriptor file(::mkstemp(name.data()));
  ::unlink(name.c_str());
  return file;
}

/// A disk that is full after `bytes`.
class FullAfter {
 public:
  explicit FullAfter(rlim_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit smaller{bytes, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &smaller);
  }
  ~FullAfter() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int);
};

TEST(File, ReadsWhatWasWrittenAndLessAtTheEnd) {
  const auto file = temporary();
  ASSERT_TRUE(file);
  EXPECT_EQ(write_at(file.get(), Bytes{1, 2, 3}, 2), 0);
  Bytes read(10);
  EXPECT_EQ(read_at(file.get(), read, 0), 5);
  EXPECT_EQ((Bytes{read.begin(), read.begin() + 5}), (Bytes{0, 0, 1, 2, 3}));
  EXPECT_EQ(read_at(file.get(), read, 5), 0);
}

TEST(File, AnAppendThatDoesNotFitLeavesNothingBehind) {
  const auto file = temporary();
  ASSERT_TRUE(append(file.get(), Bytes(900, 7), 0, "test", "cannot write"));
  {
    const FullAfter disk(1000);
    const auto written = append(file.get(), Bytes(200, 8), 900, "test", "cannot write a record");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, base::ErrorCode::resource_exhausted);
    EXPECT_EQ(written.error().retry, base::Retry::later);
    EXPECT_NE(written.error().message.find("cannot write a record"), std::string::npos);
  }
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 900);
  EXPECT_TRUE(append(file.get(), Bytes(200, 8), 900, "test", "cannot write"));
}

TEST(File, SaysWhatTheSystemRefused) {
  const std::array<std::pair<int, base::ErrorCode>, 6> table{{{EEXIST, base::ErrorCode::already_exists},
                                                              {ENOENT, base::ErrorCode::not_found},
                                                              {EACCES, base::ErrorCode::permission_denied},
                                                              {EROFS, base::ErrorCode::permission_denied},
                                                              {ENOSPC, base::ErrorCode::resource_exhausted},
                                                              {EIO, base::ErrorCode::unavailable}}};
  for (const auto& [number, code] : table) {
    const auto error = failure(number, "test", "cannot open x").value();
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.detail, number);
    EXPECT_EQ(error.message.find("cannot open x: "), 0U);
  }
}

TEST(File, AMovedDescriptorIsClosedOnce) {
  auto file = temporary();
  const int number = file.get();
  Descriptor other(std::move(file));
  EXPECT_EQ(other.get(), number);
  EXPECT_FALSE(file);  // NOLINT(bugprone-use-after-move): what is left behind is the point
  EXPECT_EQ(other.close(), 0);
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
  EXPECT_EQ(other.close(), 0);
}

}  // namespace
}  // namespace frontdesk::files
