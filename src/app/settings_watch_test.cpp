#include "app/settings_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace frontdesk::app {
namespace {

class SettingsWatchTest : public ::testing::Test {
 protected:
  std::mutex mutex;
  std::condition_variable changed;
  int looks = 0;
  bool failing = false;
  std::vector<SettingsWatch::States> tried, written;

  SettingsWatch::Work work(base::Duration every) {
    SettingsWatch::Work work;
    work.every = every;
    work.look = [this]() -> base::Status {
      const std::lock_guard lock(mutex);
      ++looks;
      changed.notify_all();
      if (failing) return base::fail(base::ErrorCode::unavailable, "test", "away");
      return {};
    };
    work.write = [this](const SettingsWatch::States& states) -> base::Status {
      const std::lock_guard lock(mutex);
      (failing ? tried : written).push_back(states);
      changed.notify_all();
      if (failing) return base::fail(base::ErrorCode::unavailable, "test", "away");
      return {};
    };
    return work;
  }
  template <class Condition>
  bool await(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), condition);
  }
};

constexpr base::Duration kNever = base::seconds(3600);

TEST_F(SettingsWatchTest, LooksWhenToldAndNotBefore) {
  SettingsWatch watch(work(kNever));
  watch.line_is("a", "registered");
  ASSERT_TRUE(await([&] { return written.size() == 1; }));
  EXPECT_EQ(looks, 0);
  watch.look_soon();
  EXPECT_TRUE(await([&] { return looks == 1; }));
}

TEST_F(SettingsWatchTest, LooksEveryNowAndThenEvenIfItCannot) {
  failing = true;
  SettingsWatch watch(work(base::milliseconds(5)));
  EXPECT_TRUE(await([&] { return looks >= 3; }));
}

TEST_F(SettingsWatchTest, WritesAgainWhatCouldNotBeWrittenUnlessSomethingNewerCame) {
  failing = true;
  SettingsWatch watch(work(base::milliseconds(5)));
  watch.line_is("a", "registered");
  watch.line_is("b", "failed");
  ASSERT_TRUE(await([&] { return tried.size() >= 3; }));
  watch.line_is("a", "failed");
  {
    const std::lock_guard lock(mutex);
    failing = false;
  }
  const SettingsWatch::States all{{"a", "failed"}, {"b", "failed"}};
  SettingsWatch::States seen;
  EXPECT_TRUE(await([&] {
    for (const auto& each : written)
      for (const auto& [line, state] : each) seen[line] = state;
    return seen == all;
  }));
}

TEST_F(SettingsWatchTest, NothingRunsAfterTheEnd) {
  SettingsWatch watch(work(kNever));
  watch.stop();
  watch.look_soon();
  watch.line_is("a", "registered");
  watch.stop();
  EXPECT_EQ(looks, 0);
  EXPECT_TRUE(written.empty());
}

}  // namespace
}  // namespace frontdesk::app
