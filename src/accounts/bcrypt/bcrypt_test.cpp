#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>

#include "accounts/bcrypt/hash_worker.hpp"

namespace frontdesk::bcrypt {
namespace {

double milliseconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

// From the test vectors of OpenBSD's implementation, in the "$2b$" spelling.
TEST(Bcrypt, OfTheOriginal) {
  EXPECT_TRUE(matches(base::Secret("U*U"), "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
  EXPECT_TRUE(matches(base::Secret("U*U*"), "$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"));
  EXPECT_TRUE(matches(base::Secret("U*U*U"), "$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"));
  EXPECT_FALSE(matches(base::Secret("U*V"), "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
}

TEST(Bcrypt, SaltsEachHash) {
  const base::Secret input("turquoise lamp");
  const auto one = hash(input, kLeastCost);
  const auto two = hash(input, kLeastCost);
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two);
  EXPECT_EQ(cost_of(*one), kLeastCost);
  EXPECT_TRUE(matches(input, *one));
  EXPECT_TRUE(matches(input, *two));
  EXPECT_FALSE(matches(base::Secret("turquoise lamP"), *one));
}

TEST(Bcrypt, RefusesWhatItWouldCut) {
  EXPECT_TRUE(hash(base::Secret(std::string(72, 'a')), kLeastCost));
  EXPECT_FALSE(hash(base::Secret(std::string(73, 'a')), kLeastCost));
  EXPECT_FALSE(hash(base::Secret(std::string("a\0b", 3)), kLeastCost));
  const auto of_72 = hash(base::Secret(std::string(72, 'a')), kLeastCost);
  EXPECT_FALSE(matches(base::Secret(std::string(73, 'a')), *of_72));
  const auto of_a = hash(base::Secret("a"), kLeastCost);
  EXPECT_FALSE(matches(base::Secret(std::string("a\0b", 3)), *of_a));
  EXPECT_FALSE(hash(base::Secret("a"), 3));
  EXPECT_FALSE(hash(base::Secret("a"), 31));
}

TEST(Bcrypt, MatchesNothingThatIsNoHash) {
  for (const auto* other : {"", "*0", "*1", "plain", "$2b$", "$1$salt$abcdefghijklmnopqrstuv", "$6$salt$x",
                            "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                            "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"})
    EXPECT_FALSE(matches(base::Secret("U*U"), other)) << other;
}

TEST(HashWorker, HashesAndTellsOutdatedHashes) {
  HashWorker worker(kLeastCost + 1);
  const base::Secret input("turquoise lamp");
  const auto made = worker.hash(input);
  ASSERT_TRUE(made);
  EXPECT_TRUE(*worker.matches(input, *made));
  EXPECT_FALSE(*worker.matches(base::Secret("other"), *made));
  EXPECT_FALSE(*worker.matches(input, ""));
  EXPECT_FALSE(worker.is_outdated(*made));
  EXPECT_TRUE(worker.is_outdated(*hash(input, kLeastCost)));
}

// Somebody who measures answers must not find out which accounts exist.
TEST(HashWorker, TakesAsLongForAnUnknownAccount) {
  HashWorker worker(8);
  const base::Secret input("turquoise lamp");
  const auto made = worker.hash(input);
  ASSERT_TRUE(made);
  const auto fastest = [&](const std::string& of) {
    double best = 1e9;
    for (int i = 0; i < 7; ++i) best = std::min(best, milliseconds_of([&] { (void)worker.matches(input, of); }));
    return best;
  };
  const auto known = fastest(*made);
  const auto unknown = fastest("");
  EXPECT_GT(unknown, known * 0.6);
  EXPECT_LT(unknown, known * 1.7);
}

TEST(HashWorker, RefusesAtOnceWhenItsQueueIsFull) {
  HashWorker worker(10);
  std::atomic<int> refused{0};
  std::atomic<int> done{0};
  std::vector<std::thread> people;
  for (int i = 0; i < 40; ++i)
    people.emplace_back([&] {
      const auto made = worker.hash(base::Secret("x"));
      if (made)
        ++done;
      else if (made.error().code == base::ErrorCode::resource_exhausted)
        ++refused;
    });
  for (auto& each : people) each.join();
  EXPECT_EQ(done + refused, 40);
  EXPECT_GE(done, static_cast<int>(kQueue));
  EXPECT_GE(refused, 1);
}

TEST(HashWorker, CostsEnoughInProduction) {
  std::string made;
  const auto took = milliseconds_of([&] { made = hash(base::Secret("turquoise lamp"), kCost).value_or(""); });
  EXPECT_EQ(cost_of(made), 12);
  EXPECT_GT(took, 50);
  std::printf("bcrypt at cost %d: %.0f ms\n", kCost, took);
}

}  // namespace frontdesk::bcrypt
