#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "store/test_databases/two_organisations.hpp"
#include "store/work/idempotency_keys.hpp"
#include "store/work/jobs.hpp"
#include "store/work/webhooks.hpp"

namespace frontdesk::work {
namespace {

using base::ErrorCode;
using test_databases::code_of;
using test_databases::Kind;

class Work : public test_databases::TwoOrganisations {
 protected:
  Job job(const std::string& id, std::int64_t due_in_seconds = 0) const {
    return {.id = id,
            .organisation = kOurs,
            .queue = "mail",
            .kind = "welcome",
            .payload = "{}",
            .max_attempts = 3,
            .next_at = later(kNow, due_in_seconds),
            .created_at = kNow};
  }
  Claim claim(int limit, std::int64_t at_seconds = 0) const {
    return {"worker_a", limit, later(kNow, at_seconds), base::seconds(60)};
  }
};

INSTANTIATE_TEST_SUITE_P(On, Work, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST(BackOff, DoublesUpToAnHour) {
  EXPECT_EQ(back_off(1, 0), base::seconds(5));
  EXPECT_EQ(back_off(2, 0), base::seconds(10));
  EXPECT_EQ(back_off(5, 0), base::seconds(80));
  EXPECT_EQ(back_off(1000, 0), base::seconds(3600));
  EXPECT_EQ(back_off(0, 0), base::seconds(5));
  EXPECT_EQ(back_off(1, 1), base::milliseconds(4500));
  base::Duration day{0};
  for (int i = 1; i < 32; ++i) day += back_off(i, 1);
  EXPECT_GT(base::to_seconds(day), 18 * 3600) << "deliveries are tried for a day or nearly";
}

TEST_P(Work, JobsAreTakenWhenTheyAreDueTheOldestFirst) {
  Jobs jobs(*connection);
  ASSERT_TRUE(jobs.add(job("job_1", 20)));
  ASSERT_TRUE(jobs.add(job("job_2", 0)));
  ASSERT_TRUE(jobs.add(job("job_3", 10)));
  auto other = job("job_4");
  other.queue = "other";
  ASSERT_TRUE(jobs.add(other));
  auto taken = jobs.claim("mail", claim(5));
  ASSERT_TRUE(taken) << taken.error().message;
  ASSERT_EQ(taken->size(), 1U);
  EXPECT_EQ(taken->front().id, "job_2");
  EXPECT_EQ(taken->front().state, State::running);
  EXPECT_EQ(taken->front().attempts, 1);
  EXPECT_EQ(taken->front().worker, "worker_a");
  EXPECT_TRUE(jobs.claim("mail", claim(5))->empty()) << "it is taken";
  const auto next = jobs.claim("mail", claim(1, 30));
  ASSERT_EQ(next->size(), 1U);
  EXPECT_EQ(next->front().id, "job_3");
  ASSERT_TRUE(jobs.done(taken->front().lease(), later(kNow, 31)));
  EXPECT_EQ(jobs.find(kOurs, "job_2")->state, State::done);
  EXPECT_EQ(jobs.find(kOurs, "job_2")->finished_at, later(kNow, 31));
  const auto length = jobs.length("mail");
  ASSERT_TRUE(length) << length.error().message;
  EXPECT_EQ(length->waiting, 1);
  EXPECT_EQ(length->running, 1);
  EXPECT_EQ(length->oldest_due, later(kNow, 20));
}

TEST_P(Work, AWorkerThatDiesLosesItsJob) {
  Jobs jobs(*connection);
  ASSERT_TRUE(jobs.add(job("job_1")));
  const auto lost = jobs.claim("mail", claim(1));
  ASSERT_TRUE(jobs.extend(lost->front().lease(), later(kNow, 90)));
  EXPECT_TRUE(jobs.claim("mail", claim(1, 89))->empty());
  const auto again = jobs.claim("mail", claim(1, 90));
  ASSERT_EQ(again->size(), 1U);
  EXPECT_EQ(again->front().attempts, 2);
  EXPECT_EQ(code_of(jobs.done(lost->front().lease(), kNow)), ErrorCode::aborted) << "it is another's by now";
  EXPECT_EQ(code_of(jobs.extend(lost->front().lease(), kNow)), ErrorCode::aborted);
  EXPECT_EQ(code_of(jobs.failed(lost->front().lease(), "", kNow, kNow)), ErrorCode::aborted);
  EXPECT_TRUE(jobs.done(again->front().lease(), kNow));
  EXPECT_EQ(code_of(jobs.done(again->front().lease(), kNow)), ErrorCode::aborted);
}

TEST_P(Work, WhatFailsTooOftenIsDeadUntilSomebodyRevivesIt) {
  Jobs jobs(*connection);
  ASSERT_TRUE(jobs.add(job("job_1")));
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto taken = jobs.claim("mail", claim(1, attempt * 100));
    ASSERT_EQ(taken->size(), 1U) << attempt;
    const auto dead = jobs.failed(taken->front().lease(), "smtp says no", later(kNow, attempt * 100 + 50),
                                  later(kNow, attempt * 100 + 1));
    ASSERT_TRUE(dead) << dead.error().message;
    EXPECT_EQ(*dead, attempt == 3);
    EXPECT_TRUE(jobs.claim("mail", claim(1, attempt * 100 + 49))->empty());
  }
  EXPECT_TRUE(jobs.claim("mail", claim(1, 10'000))->empty());
  const auto dead = jobs.dead(kOurs, 10);
  ASSERT_EQ(dead->rows.size(), 1U);
  EXPECT_EQ(dead->rows.front().last_error, "smtp says no");
  EXPECT_TRUE(jobs.dead(kOther, 10)->rows.empty());
  EXPECT_EQ(code_of(jobs.revive(kOther, "job_1", kNow)), ErrorCode::not_found);
  ASSERT_TRUE(jobs.revive(kOurs, "job_1", later(kNow, 20'000)));
  EXPECT_EQ(code_of(jobs.revive(kOurs, "job_1", kNow)), ErrorCode::not_found);
  EXPECT_EQ(jobs.claim("mail", claim(1, 20'000))->front().attempts, 1);
}

TEST_P(Work, AJobThatKillsItsWorkersIsBuried) {
  Jobs jobs(*connection);
  ASSERT_TRUE(jobs.add(job("job_1")));
  for (int attempt = 0; attempt < 3; ++attempt) ASSERT_EQ(jobs.claim("mail", claim(1, attempt * 61))->size(), 1U);
  EXPECT_TRUE(jobs.claim("mail", claim(1, 3 * 61))->empty());
  EXPECT_EQ(jobs.find(kOurs, "job_1")->state, State::dead);
}

TEST_P(Work, TwoUnfinishedJobsDoNotShareASingleton) {
  Jobs jobs(*connection);
  auto first = job("job_1");
  first.singleton = "sweep";
  ASSERT_TRUE(jobs.add(first));
  auto second = job("job_2");
  second.singleton = "sweep";
  EXPECT_EQ(code_of(jobs.add(second)), ErrorCode::already_exists);
  ASSERT_TRUE(jobs.done(jobs.claim("mail", claim(1))->front().lease(), kNow));
  EXPECT_TRUE(jobs.add(second));
  EXPECT_EQ(*jobs.forget(State::done, kNow), 0) << "not before its time";
  EXPECT_EQ(*jobs.forget(State::done, later(kNow, 1)), 1);
}

TEST_P(Work, ManyWorkersShareTheJobsWithoutOneTwice) {
  constexpr int kJobs = 120;
  constexpr int kWorkers = 4;
  {
    Jobs jobs(*connection);
    ASSERT_TRUE(connection->transaction([&]() -> base::Status {
      for (int i = 0; i < kJobs; ++i)
        if (auto done = jobs.add(job("job_" + std::to_string(i))); !done) return done;
      return {};
    }));
  }
  std::mutex mutex;
  std::set<std::string> seen;
  std::atomic<int> twice{0};
  std::atomic<int> failures{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i)
    workers.emplace_back([&] {
      const auto own = database.connect();
      Jobs jobs(*own);
      while (true) {
        const auto taken = jobs.claim("mail", claim(7));
        if (!taken) ++failures;
        if (!taken || taken->empty()) return;
        const std::lock_guard lock(mutex);
        for (const auto& each : *taken)
          if (!seen.insert(each.id).second) ++twice;
      }
    });
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(twice, 0);
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kJobs));
}

TEST_P(Work, WebhooksAreToldOfEachEventOnce) {
  Webhooks hooks(*connection);
  Deliveries deliveries(*connection);
  ASSERT_TRUE(hooks.add({.id = "hook_1",
                         .organisation = kOurs,
                         .url = "https://a.example",
                         .events = {"call.ended"},
                         .secret = {"v1.dk_1.Bw"},
                         .created_at = kNow}));
  ASSERT_TRUE(
      hooks.add({.id = "hook_2", .organisation = kOurs, .events = {"*"}, .enabled = false, .created_at = kNow}));
  ASSERT_TRUE(hooks.add({.id = "hook_3", .organisation = kOther, .events = {"*"}, .created_at = kNow}));
  EXPECT_EQ(hooks.wanting(kOurs, "call.ended")->size(), 1U);
  EXPECT_TRUE(hooks.wanting(kOurs, "call.started")->empty());
  ASSERT_TRUE(hooks.set_failing("hook_1", kNow));
  EXPECT_EQ(hooks.find(kOurs, "hook_1")->failing_since, kNow);

  Delivery delivery{.id = "del_1",
                    .organisation = kOurs,
                    .webhook = "hook_1",
                    .event = "call.ended",
                    .event_id = "evt_1",
                    .body = "{}",
                    .max_attempts = 2,
                    .next_at = kNow,
                    .created_at = kNow};
  ASSERT_TRUE(deliveries.add(delivery));
  delivery.id = "del_2";
  EXPECT_EQ(code_of(deliveries.add(delivery)), ErrorCode::already_exists);
  auto taken = deliveries.claim(claim(10));
  ASSERT_TRUE(taken) << taken.error().message;
  ASSERT_EQ(taken->size(), 1U);
  const auto failed = deliveries.failed(taken->front().lease(), {503, "it is busy", 40}, later(kNow, 5), kNow);
  ASSERT_TRUE(failed);
  EXPECT_FALSE(*failed);
  EXPECT_EQ(deliveries.find(kOurs, "del_1")->last_status, 503);
  EXPECT_EQ(deliveries.find(kOurs, "del_1")->last_error, "it is busy");
  taken = deliveries.claim(claim(10, 5));
  ASSERT_EQ(taken->size(), 1U);
  ASSERT_TRUE(deliveries.delivered(taken->front().lease(), {200, "", 12}, later(kNow, 6)));
  const auto page = deliveries.of_webhook(kOurs, "hook_1", 10);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows.front().state, State::done);
  EXPECT_EQ(page->rows.front().took_ms, 12);
  EXPECT_TRUE(deliveries.of_webhook(kOther, "hook_1", 10)->rows.empty());
  ASSERT_TRUE(hooks.remove(kOurs, "hook_1"));
  EXPECT_EQ(code_of(deliveries.find(kOurs, "del_1")), ErrorCode::not_found) << "gone with its webhook";
}

TEST_P(Work, ARequestThatIsSentTwiceIsCarriedOutOnce) {
  IdempotencyKeys keys(*connection);
  const auto expires = later(kNow, 3600);
  const auto begin = [&](const std::string& organisation, const std::string& request, std::int64_t seconds = 0) {
    return keys.begin(organisation, "k", request, later(kNow, seconds), later(expires, seconds));
  };
  auto first = begin(kOurs, "sha");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(*first);
  const auto meanwhile = begin(kOurs, "sha");
  EXPECT_EQ(code_of(meanwhile), ErrorCode::aborted);
  EXPECT_EQ(meanwhile.error().retry, base::Retry::later);
  EXPECT_FALSE(*begin(kOther, "sha")) << "another organisation's key is another key";
  const StoredAnswer answer{201, "application/json", {'{', '}'}};
  ASSERT_TRUE(keys.finish(kOurs, "k", answer));
  EXPECT_EQ(*begin(kOurs, "sha"), answer);
  EXPECT_EQ(code_of(begin(kOurs, "another")), ErrorCode::failed_precondition);
  EXPECT_FALSE(*begin(kOurs, "another", 3600)) << "it has expired";
  ASSERT_TRUE(keys.release(kOurs, "k"));
  EXPECT_FALSE(*begin(kOurs, "third"));
  EXPECT_EQ(*keys.sweep(later(kNow, 1'000'000)), 2);
}

}  // namespace frontdesk::work
