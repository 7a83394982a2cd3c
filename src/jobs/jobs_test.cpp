#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "jobs/runner.hpp"
#include "store/test_databases/two_organisations.hpp"

namespace frontdesk::jobs {
namespace {

using test_databases::Kind;

class Jobs : public test_databases::TwoOrganisations {
 protected:
  Worker worker(std::vector<jobs::Kind> kinds, const std::string& name = "a") {
    return {pool, std::move(kinds), name, 1};
  }
  work::Job only() const {
    const auto all = work::Jobs(*connection).list(kOurs, 10);
    EXPECT_TRUE(all);
    EXPECT_EQ(all->rows.size(), 1U);
    return all && !all->rows.empty() ? all->rows.front() : work::Job();
  }
  Worker::Round round(Worker& worker, std::int64_t seconds) {
    auto done = worker.round(later(kNow, seconds), [] { return false; });
    EXPECT_TRUE(done) << done.error().message;
    return done.value_or(Worker::Round());
  }
  static base::Status again(const char* why) {
    return base::fail(base::ErrorCode::unavailable, "test", why, base::Retry::later);
  }

  store::Pool pool{[this]() -> base::Result<std::unique_ptr<store::Connection>> {
    if (away) return base::fail(base::ErrorCode::unavailable, "store", "away", base::Retry::later);
    return store::open_connection(database.location(), store::OpenMode::read_write);
  }};
  std::atomic<bool> away{false};
};

INSTANTIATE_TEST_SUITE_P(On, Jobs, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST_P(Jobs, AJobIsCarriedOutOnceWithItsPayload) {
  std::vector<Attempt> seen;
  auto one = worker({{"send", [&](const Attempt& attempt) {
                        seen.push_back(attempt);
                        return base::Status();
                      }}});
  ASSERT_TRUE(add(*connection, kOurs, "send", R"({"to": 1})", kNow));
  EXPECT_EQ(round(one, 0).done, 1);
  EXPECT_EQ(round(one, 1).done, 0);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].payload, R"({"to": 1})");
  EXPECT_EQ(seen[0].organisation, kOurs);
  EXPECT_EQ(only().state, work::State::done);
}

TEST_P(Jobs, WhatFailsIsTriedAgainLaterAndIsDeadInTheEnd) {
  int tries = 0;
  auto one = worker({{"send", [&](const Attempt&) {
                        ++tries;
                        return again("no route");
                      }}});
  ASSERT_TRUE(add(*connection, kOurs, "send", "{}", kNow));
  EXPECT_EQ(round(one, 0).failed, 1);
  EXPECT_EQ(round(one, 1).failed, 0) << "not yet";
  EXPECT_EQ(round(one, 6).failed, 1);
  for (std::int64_t hour = 1; hour < 40; ++hour) round(one, hour * 3601);
  EXPECT_EQ(tries, 20);
  EXPECT_EQ(only().state, work::State::dead);
  EXPECT_EQ(only().last_error, "no route");
}

TEST_P(Jobs, WhatCannotSucceedIsDeadAtOnceAndSoIsWhatThrows) {
  auto one = worker({{"never", [](const Attempt&) { return base::fail(base::ErrorCode::invalid_argument, "t", "no"); }},
                     {"throws", [](const Attempt&) -> base::Status { throw std::runtime_error("thrown"); }}});
  ASSERT_TRUE(add(*connection, kOurs, "never", "{}", kNow));
  EXPECT_EQ(round(one, 0).dead, 1);
  ASSERT_TRUE(add(*connection, kOther, "throws", "{}", kNow));
  EXPECT_EQ(round(one, 0).failed, 1) << "and the worker lives";
  EXPECT_EQ(only().state, work::State::dead);
}

TEST_P(Jobs, AJobOfAWorkerThatWasKilledIsDoneByAnother) {
  ASSERT_TRUE(add(*connection, kOurs, "send", "{}", kNow));
  // What a killed worker leaves behind.
  const auto taken = work::Jobs(*connection).claim(std::string(kQueue), {"dead", 1, kNow, kLease});
  ASSERT_EQ(taken->size(), 1U);
  int tries = 0;
  auto other = worker({{"send",
                        [&](const Attempt&) {
                          ++tries;
                          return base::Status();
                        }}},
                      "b");
  round(other, 299);
  EXPECT_EQ(tries, 0) << "its lease runs";
  EXPECT_EQ(round(other, 301).done, 1);
  EXPECT_EQ(tries, 1);
}

TEST_P(Jobs, AWorkerThatLostItsLeaseDoesNotEndTheJobOfAnother) {
  ASSERT_TRUE(add(*connection, kOurs, "slow", "{}", kNow));
  auto one = worker(
      {{"slow", [&](const Attempt&) {
          const auto other = work::Jobs(*connection).claim(std::string(kQueue), {"b", 1, later(kNow, 400), kLease});
          EXPECT_EQ(other->size(), 1U);
          return base::Status();
        }}});
  EXPECT_EQ(round(one, 0).done, 0);
  EXPECT_EQ(only().state, work::State::running);
  EXPECT_EQ(only().worker, "b");
}

TEST_P(Jobs, RegularWorkIsDoneAgainAndAgainAndNeverTwiceAtOnce) {
  int sweeps = 0;
  const auto kinds = [&] {
    return std::vector<jobs::Kind>{{"sweep",
                                    [&](const Attempt&) {
                                      ++sweeps;
                                      return base::Status();
                                    },
                                    base::seconds(3600)}};
  };
  auto one = worker(kinds(), "a");
  auto two = worker(kinds(), "b");
  round(one, 0);
  round(two, 0);
  round(one, 120);
  EXPECT_EQ(sweeps, 1);
  round(two, 3601);
  round(one, 3601);
  EXPECT_EQ(sweeps, 2);
}

TEST_P(Jobs, ASingletonWaitsOnceAndSpoilsNoTransaction) {
  const auto added = connection->transaction([&]() -> base::Status {
    for (int i = 0; i < 3; ++i)
      if (auto one = add(*connection, kOurs, "export", "{}", kNow, "caller"); !one) return one;
    return add(*connection, kOther, "other", "{}", kNow);
  });
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(only().kind, "export");
}

TEST_P(Jobs, AnUnknownKindWaitsForAVersionThatKnowsIt) {
  ASSERT_TRUE(add(*connection, kOurs, "future", "{}", kNow));
  auto one = worker({});
  EXPECT_EQ(round(one, 0).failed, 1);
  EXPECT_EQ(only().state, work::State::waiting);
}

TEST_P(Jobs, TheRunnerWaitsOutAnOutageOfTheDatabaseAndStopsAtOnce) {
  away = true;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  RunnerOptions options;
  options.name = "test";
  options.longest_wait = base::milliseconds(20);
  Runner runner(pool,
                {{"send",
                  [&](const Attempt&) {
                    const std::lock_guard lock(mutex);
                    done = true;
                    changed.notify_all();
                    return base::Status();
                  }}},
                options);
  ASSERT_TRUE(add(*connection, kOurs, "send", "{}", kNow));
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (runner.counts().outages == 0 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_EQ(runner.counts().outages, 1U);
  EXPECT_TRUE(runner.counts().away);
  away = false;
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_until(lock, give_up, [&] { return done; }));
}

}  // namespace frontdesk::jobs
