// What becomes of it when Redis is away, hangs, or comes back empty.
#include <gtest/gtest.h>

#include "cluster/redis/fan_out.hpp"
#include "cluster/redis/redis_server_test.hpp"
#include "cluster/redis/stores.hpp"

namespace frontdesk::redis {
namespace {

using std::chrono::steady_clock;

class OutageTest : public ::testing::Test {
 protected:
  RedisServer server;
  std::shared_ptr<Client> client = std::make_shared<Client>(server.address());
  Cache cache{client, Keys("test")};
};

TEST_F(OutageTest, CallsFailAtOnceAndWorkAgainAfterwards) {
  ASSERT_TRUE(cache.put("a", "x", base::seconds(60)));
  server.stop();
  const auto began = steady_clock::now();
  for (int i = 0; i < 10'000; ++i) {
    const auto got = cache.get("a");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, base::ErrorCode::unavailable);
    EXPECT_EQ(got.error().retry, base::Retry::later);
  }
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(2));
  server.start();
  EXPECT_TRUE(await([&] { return cache.put("a", "y", base::seconds(60)).has_value(); }));
  EXPECT_EQ(*cache.get("a"), "y");
}

TEST_F(OutageTest, ARedisThatHangsCostsEachTryItsLimitAndNoMore) {
  ASSERT_TRUE(cache.put("a", "x", base::seconds(60)));
  server.freeze();
  const auto began = steady_clock::now();
  EXPECT_FALSE(cache.get("a"));
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(2));
  const auto quick = steady_clock::now();
  EXPECT_FALSE(cache.get("a"));
  EXPECT_LT(steady_clock::now() - quick, std::chrono::milliseconds(100));
  server.thaw();
  EXPECT_TRUE(await([&] { return cache.get("a").has_value(); }));
  EXPECT_EQ(*cache.get("a"), "x") << "no reply is taken for that to another command";
}

TEST_F(OutageTest, FanOutResumesWithTheNewestOfWhatWasPublishedMeanwhile) {
  FanOut fan_out(server.address(), "test");
  std::mutex mutex;
  std::vector<std::string> heard;
  fan_out.subscribe("calls", [&](std::string_view message) {
    const std::lock_guard lock(mutex);
    heard.emplace_back(message);
  });
  const auto last = [&] {
    const std::lock_guard lock(mutex);
    return heard.empty() ? std::string() : heard.back();
  };
  ASSERT_TRUE(await([&] {
    (void)fan_out.publish("calls", "hello");
    return last() == "hello";
  }));
  server.stop();
  ASSERT_TRUE(await([&] { return !fan_out.connected(); }));
  const auto began = steady_clock::now();
  for (int i = 0; i < 5000; ++i) (void)fan_out.publish("calls", std::to_string(i));
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(1));
  server.start();
  ASSERT_TRUE(await([&] { return last() == "4999"; }));
  const std::lock_guard lock(mutex);
  EXPECT_LE(heard.size(), kMostWaiting + 200);
}

TEST_F(OutageTest, StoppingDoesNotWaitForARedisThatHangs) {
  auto fan_out = std::make_unique<FanOut>(server.address(), "test");
  ASSERT_TRUE(await([&] { return fan_out->connected(); }));
  server.freeze();
  (void)fan_out->publish("calls", "x");
  const auto began = steady_clock::now();
  fan_out.reset();
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(3));
  server.thaw();
}

TEST_F(OutageTest, JobsGoOnAfterTheRedisWasEmptied) {
  Jobs jobs(client, Keys("test"));
  ASSERT_TRUE(jobs.add("mail", "one"));
  ASSERT_EQ(jobs.take("mail", "w", 10, base::seconds(60))->size(), 1U);
  ASSERT_TRUE(client->ask({"FLUSHALL"}));
  ASSERT_TRUE(jobs.add("mail", "two"));
  const auto taken = jobs.take("mail", "w", 10, base::seconds(60));
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->size(), 1U);
  EXPECT_EQ(taken->at(0).payload, "two");
}

TEST(PasswordTest, TheRightOneIsNeeded) {
  RedisServer server({"--requirepass", "p@ss/word"});
  auto address = server.address();
  const auto deadline = [] { return base::monotonic_now() + base::seconds(5); };
  EXPECT_FALSE((*Connection::open(address, deadline()))->ask({"GET", "a"}, deadline()));
  address.password = base::Secret("wrong");
  const auto refused = Connection::open(address, deadline());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::permission_denied);
  address.password = base::Secret("p@ss/word");
  address.database = 3;
  const auto opened = Connection::open(address, deadline());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE((*opened)->ask({"SET", "a", "x"}, deadline()));
}

TEST(AddressTest, FormsOfAddresses) {
  const auto full = parse_address("redis://user:p%40ss%2Fword@redis.example:6380/2");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->host, "redis.example");
  EXPECT_EQ(full->port, 6380);
  EXPECT_EQ(full->user, "user");
  EXPECT_EQ(full->password.expose(), "p@ss/word");
  EXPECT_EQ(full->database, 2);
  EXPECT_EQ(parse_address("redis://localhost")->port, 6379);
  EXPECT_EQ(parse_address("redis://:secret@[::1]:7000/")->host, "::1");
  EXPECT_EQ(parse_address("unix:///run/redis.sock?db=4")->database, 4);
  for (const auto* bad :
       {"", "localhost", "http://localhost", "redis://", "redis://:6379", "redis://host:0", "redis://host:99999",
        "redis://host:x", "redis://host/x", "redis://a%zz@host", "unix://relative", "unix:///a?db=x", "redis://[::1"})
    EXPECT_FALSE(parse_address(bad)) << bad;
  const auto encrypted = parse_address("rediss://:hunter2@host");
  ASSERT_FALSE(encrypted);
  EXPECT_EQ(encrypted.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace frontdesk::redis
