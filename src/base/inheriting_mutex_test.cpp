#include "base/inheriting_mutex.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace frontdesk::base {
namespace {

TEST(InheritingMutex, LetsOneThreadInAtATime) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20'000;
  InheritingMutex mutex;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const std::lock_guard lock(mutex);
        ++sum;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, kThreads * kRounds);
}

TEST(InheritingMutex, IsNotTakenTwice) {
  InheritingMutex mutex;
  const std::lock_guard lock(mutex);
  bool taken = true;
  std::thread([&] { taken = mutex.try_lock(); }).join();
  EXPECT_FALSE(taken);
}

TEST(InheritingMutex, WorksWithAConditionVariable) {
  InheritingMutex mutex;
  std::condition_variable_any changed;
  bool ready = false;
  std::thread other([&] {
    const std::lock_guard lock(mutex);
    ready = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return ready; }));
  lock.unlock();
  other.join();
}

}  // namespace
}  // namespace frontdesk::base
