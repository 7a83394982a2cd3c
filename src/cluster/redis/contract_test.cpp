// What every form of the ports must do: the one for a machine alone, and the one over a Redis that the test starts.
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "cluster/in_process/in_process.hpp"
#include "cluster/redis/fan_out.hpp"
#include "cluster/redis/redis_server_test.hpp"
#include "cluster/redis/stores.hpp"

namespace frontdesk::redis {
namespace {

constexpr auto kLong = base::seconds(60);
constexpr auto kShort = base::milliseconds(40);

struct Ports {
  std::unique_ptr<cluster::Cache> cache;
  std::unique_ptr<cluster::Counters> counters;
  std::unique_ptr<cluster::FanOut> fan_out;
  std::unique_ptr<cluster::Jobs> jobs;
  std::unique_ptr<cluster::Leases> leases;
};

Ports in_process_ports() {
  return {std::make_unique<in_process::Cache>(), std::make_unique<in_process::Counters>(),
          std::make_unique<in_process::FanOut>(), std::make_unique<in_process::Jobs>(),
          std::make_unique<in_process::Leases>()};
}

Ports redis_ports(const Address& address) {
  const auto client = std::make_shared<Client>(address);
  const Keys keys("test");
  return {std::make_unique<Cache>(client, keys), std::make_unique<Counters>(client, keys),
          std::make_unique<FanOut>(address, "test"), std::make_unique<Jobs>(client, keys),
          std::make_unique<Leases>(client, keys)};
}

enum class Form { in_process, redis };

class ContractTest : public ::testing::TestWithParam<Form> {
 protected:
  std::unique_ptr<RedisServer> server;
  Ports ports;

  void SetUp() override {
    if (GetParam() == Form::in_process) {
      ports = in_process_ports();
      return;
    }
    server = std::make_unique<RedisServer>();
    ASSERT_TRUE(server->started()) << "install redis-server";
    ports = redis_ports(server->address());
  }
};

TEST_P(ContractTest, TheCacheKeepsWhatItIsGivenUntilItsTime) {
  auto& cache = *ports.cache;
  const std::string bytes("\0\r\n\xFF*", 5);
  ASSERT_TRUE(cache.put("a", bytes, kLong));
  EXPECT_EQ(*cache.get("a"), bytes);
  ASSERT_TRUE(cache.put("a", "", kLong));
  EXPECT_EQ(*cache.get("a"), "");
  EXPECT_EQ(*cache.get("b"), std::nullopt);
  ASSERT_TRUE(cache.forget("a"));
  EXPECT_EQ(*cache.get("a"), std::nullopt);
  EXPECT_TRUE(cache.forget("never there"));
  ASSERT_TRUE(cache.put("short", "x", kShort));
  EXPECT_TRUE(await([&] { return !*cache.get("short"); }));
  ASSERT_TRUE(cache.put("again", "x", kShort));
  ASSERT_TRUE(cache.put("again", "y", kLong));
  ASSERT_TRUE(cache.put("gone", "x", kShort));
  EXPECT_TRUE(await([&] { return !*cache.get("gone"); }));
  EXPECT_EQ(*cache.get("again"), "y") << "the newer time counts";
}

TEST_P(ContractTest, OneOfSeveralTakesAValue) {
  ASSERT_TRUE(ports.cache->put("ticket", "mine", kLong));
  std::atomic<int> winners{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      if (const auto taken = ports.cache->take("ticket"); taken && *taken) ++winners;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
}

TEST_P(ContractTest, CountersCountWithinAWindow) {
  auto& counters = *ports.counters;
  for (int i = 1; i <= 5; ++i) {
    const auto count = counters.add("a", kLong);
    ASSERT_TRUE(count);
    EXPECT_EQ(count->count, i);
    EXPECT_LE(count->left, kLong);
    EXPECT_GT(count->left, kLong / 2);
  }
  EXPECT_EQ(counters.add("b", kLong)->count, 1);
  ASSERT_TRUE(counters.reset("a"));
  EXPECT_EQ(counters.add("a", kLong)->count, 1);
  (void)counters.add("short", kShort);
  (void)counters.add("short", kLong);  // the first one's window holds
  EXPECT_TRUE(await([&] { return counters.add("short", kShort)->count == 1; }));
}

TEST_P(ContractTest, CountsOfManyThreadsAreAllDifferent) {
  std::mutex mutex;
  std::set<std::int64_t> seen;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        const auto count = ports.counters->add("all", kLong);
        const std::lock_guard lock(mutex);
        if (count) seen.insert(count->count);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 200U);
  EXPECT_EQ(*seen.rbegin(), 200);
}

TEST_P(ContractTest, EverybodyHearsWhatIsPublishedInOrder) {
  std::mutex mutex;
  std::vector<std::string> one, two, other;
  const auto into = [&mutex](std::vector<std::string>& list) {
    return [&mutex, &list](std::string_view message) {
      const std::lock_guard lock(mutex);
      list.emplace_back(message);
    };
  };
  ports.fan_out->subscribe("calls", into(one));
  ports.fan_out->subscribe("calls", into(two));
  ports.fan_out->subscribe("other", into(other));
  // What is published before the subscription has reached everybody may be missed.
  ASSERT_TRUE(await([&] {
    (void)ports.fan_out->publish("calls", "hello");
    const std::lock_guard lock(mutex);
    return !one.empty() && !two.empty();
  }));
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(ports.fan_out->publish("calls", std::to_string(i)));
  ASSERT_TRUE(await([&] {
    const std::lock_guard lock(mutex);
    return one.back() == "499" && two.back() == "499";
  }));
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(other.empty());
  ASSERT_GE(one.size(), 500U);
  for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(one[one.size() - 500 + i], std::to_string(i));
}

TEST_P(ContractTest, AJobIsDoneOnceAndTakenAgainIfItsWorkerDies) {
  auto& jobs = *ports.jobs;
  EXPECT_TRUE(jobs.take("mail", "w1", 10, kLong)->empty());
  ASSERT_TRUE(jobs.add("mail", "one"));
  ASSERT_TRUE(jobs.add("mail", "two"));
  const auto first = jobs.take("mail", "w1", 1, kLong);
  ASSERT_TRUE(first);
  ASSERT_EQ(first->size(), 1U);
  EXPECT_EQ(first->at(0).payload, "one");
  EXPECT_FALSE(first->at(0).again);
  const auto second = jobs.take("mail", "w2", 10, kLong);
  ASSERT_EQ(second->size(), 1U) << "what another is at is not given away";
  EXPECT_EQ(second->at(0).payload, "two");
  ASSERT_TRUE(jobs.done("mail", second->at(0).id));
  std::vector<cluster::Jobs::Job> again;
  ASSERT_TRUE(await([&] {
    again = *jobs.take("mail", "w2", 10, kShort);
    return !again.empty();
  }));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].payload, "one");
  EXPECT_TRUE(again[0].again);
  EXPECT_EQ(again[0].id, first->at(0).id);
  ASSERT_TRUE(jobs.done("mail", again[0].id));
  EXPECT_TRUE(jobs.take("mail", "w1", 10, base::milliseconds(1))->empty());
  EXPECT_TRUE(jobs.done("mail", again[0].id)) << "twice is no harm";
}

TEST_P(ContractTest, ALeaseHasOneHolderAndAFenceThatGrows) {
  auto& leases = *ports.leases;
  const auto first = leases.acquire("trunk", "m1", kLong);
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(*leases.acquire("trunk", "m2", kLong), std::nullopt);
  EXPECT_EQ(*leases.acquire("trunk", "m1", kLong), std::nullopt);
  EXPECT_TRUE(*leases.renew(**first, kLong));
  EXPECT_TRUE((*leases.acquire("other", "m2", kLong)).has_value());
  ASSERT_TRUE(leases.release(**first));
  const auto second = leases.acquire("trunk", "m2", kShort);
  ASSERT_TRUE(second && *second);
  EXPECT_GT((*second)->fence, (*first)->fence);
  EXPECT_FALSE(*leases.renew(**first, kLong)) << "it is another's now";
  ASSERT_TRUE(leases.release(**first));
  std::optional<cluster::Lease> third;
  ASSERT_TRUE(await([&] {
    third = *leases.acquire("trunk", "m1", kLong);
    return third.has_value();
  }));
  EXPECT_GT(third->fence, (*second)->fence);
  EXPECT_FALSE(*leases.renew(**second, kLong)) << "it ran out";
  EXPECT_EQ(third->holder, "m1");
}

TEST_P(ContractTest, ALeaseThatIsRenewedLasts) {
  const auto lease = ports.leases->acquire("trunk", "m1", kShort);
  ASSERT_TRUE(lease && *lease);
  ASSERT_TRUE(*ports.leases->renew(**lease, kLong));
  (void)ports.cache->put("clock", "x", kShort);
  ASSERT_TRUE(await([&] { return !*ports.cache->get("clock"); }));
  EXPECT_EQ(*ports.leases->acquire("trunk", "m2", kLong), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Forms, ContractTest, ::testing::Values(Form::in_process, Form::redis),
                         [](const auto& form) { return form.param == Form::redis ? "Redis" : "InProcess"; });

}  // namespace
}  // namespace frontdesk::redis
