#include "cluster/lease_keeper.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>

#include "cluster/in_process/in_process.hpp"

namespace frontdesk::cluster {
namespace {

/// Leases that can be away, or have forgotten everything.
class Faulty final : public Leases {
 public:
  std::atomic<bool> away{false};
  void forget() {
    const std::lock_guard lock(mutex_);
    inner_ = std::make_unique<in_process::Leases>();
  }
  base::Result<std::optional<Lease>> acquire(std::string_view name, std::string_view holder,
                                             base::Duration lives) override {
    const std::lock_guard lock(mutex_);
    if (away) return base::fail(base::ErrorCode::unavailable, "test", "away");
    return inner_->acquire(name, holder, lives);
  }
  base::Result<bool> renew(const Lease& lease, base::Duration lives) override {
    const std::lock_guard lock(mutex_);
    ++renewals;
    if (away) return base::fail(base::ErrorCode::unavailable, "test", "away");
    return inner_->renew(lease, lives);
  }
  base::Status release(const Lease& lease) override {
    const std::lock_guard lock(mutex_);
    return inner_->release(lease);
  }
  std::atomic<int> renewals{0};

 private:
  std::mutex mutex_;
  std::unique_ptr<Leases> inner_ = std::make_unique<in_process::Leases>();
};

class LeaseKeeperTest : public ::testing::Test {
 protected:
  std::shared_ptr<Faulty> leases = std::make_shared<Faulty>();
  std::mutex mutex;
  std::multiset<std::string> holders;  ///< "m1:a"
  int changes = 0;

  std::unique_ptr<LeaseKeeper> machine(const std::string& name) {
    LeaseKeeper::Options options;
    options.kind = "trunk";
    options.names = {"a", "b"};
    options.machine = name;
    options.lives = base::milliseconds(60);
    options.take = [this, name](const std::string& each) {
      const std::lock_guard lock(mutex);
      if (!holders.contains(name + ":" + each)) holders.insert(name + ":" + each);
      ++changes;
    };
    options.give_up = [this, name](const std::string& each) {
      const std::lock_guard lock(mutex);
      holders.erase(name + ":" + each);
      ++changes;
    };
    return std::make_unique<LeaseKeeper>(leases, options);
  }
  template <class Condition>
  bool await(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      {
        const std::lock_guard lock(mutex);
        if (condition()) return true;
      }
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::yield();
    }
  }
};

TEST_F(LeaseKeeperTest, EachNameBelongsToOneMachineAndIsTakenOverFromOneThatStops) {
  auto first = machine("m1");
  ASSERT_TRUE(await([&] { return holders.size() == 2; }));
  auto second = machine("m2");
  ASSERT_TRUE(await([&] { return leases->renewals >= 10; }));
  EXPECT_EQ(holders, (std::multiset<std::string>{"m1:a", "m1:b"}));
  first.reset();
  ASSERT_TRUE(await([&] { return holders.contains("m2:a") && holders.contains("m2:b"); }));
}

TEST_F(LeaseKeeperTest, NamesComeAndGoWhileItRuns) {
  auto first = machine("m1");
  ASSERT_TRUE(await([&] { return holders.size() == 2; }));
  first->look_after({"b", "c"});
  ASSERT_TRUE(await([&] { return holders == std::multiset<std::string>{"m1:b", "m1:c"}; }));
  EXPECT_EQ(changes, 4) << "what stayed was left alone";
  auto second = machine("m2");  // of "a" and "b": what was given up is free at once
  ASSERT_TRUE(await([&] { return holders.contains("m2:a"); }));
  EXPECT_FALSE(holders.contains("m2:b"));
}

TEST_F(LeaseKeeperTest, WhatHasChangedIsTakenAgainByItsHolderAlone) {
  auto first = machine("m1");
  ASSERT_TRUE(await([&] { return holders.size() == 2; }));
  auto second = machine("m2");
  second->look_after({"a", "b"}, {"a"});
  first->look_after({"a", "b"}, {"a"});
  ASSERT_TRUE(await([&] { return changes == 3; }));
  const int before = leases->renewals;
  ASSERT_TRUE(await([&] { return leases->renewals >= before + 10; }));
  EXPECT_EQ(changes, 3);
  EXPECT_EQ(holders, (std::multiset<std::string>{"m1:a", "m1:b"}));
}

TEST_F(LeaseKeeperTest, AnOutageChangesNothing) {
  auto only = machine("m1");
  ASSERT_TRUE(await([&] { return holders.size() == 2; }));
  leases->away = true;
  const int before = leases->renewals;
  ASSERT_TRUE(await([&] { return leases->renewals >= before + 10; }));
  leases->away = false;
  leases->forget();  // it came back empty
  const int then = leases->renewals;
  ASSERT_TRUE(await([&] { return leases->renewals >= then + 10; }));
  EXPECT_EQ(changes, 2) << "the lines did not blink";
}

}  // namespace
}  // namespace frontdesk::cluster
