#include "jobs/runner.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace frontdesk::jobs {
namespace {

constexpr int kNice = 10;
constexpr base::Duration kFirstWait = base::seconds(1);

void lower_priority() {
  pthread_setname_np(pthread_self(), "jobs");
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
}

}  // namespace

Runner::Runner(store::Pool& pool, std::vector<Kind> kinds, RunnerOptions options)
    : pool_(pool), options_(std::move(options)) {
  for (int number = 0; number < options_.threads; ++number)
    threads_.emplace_back([this, number, kinds] { run(number, kinds); });
}

Runner::~Runner() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Runner::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++woken_;
  }
  changed_.notify_all();
}

Runner::Counts Runner::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Runner::note(const base::Result<Worker::Round>& round) {
  const std::lock_guard lock(mutex_);
  const bool was_away = counts_.away;
  counts_.away = !round;
  if (!round) {
    if (!was_away) {
      ++counts_.outages;
      spdlog::warn("jobs wait for the database: {}", round.error().message);
    }
    return;
  }
  if (was_away) spdlog::info("jobs go on: the database is back");
  counts_.done += static_cast<std::uint64_t>(round->done);
  counts_.failed += static_cast<std::uint64_t>(round->failed);
  counts_.dead += static_cast<std::uint64_t>(round->dead);
}

void Runner::run(int number, const std::vector<Kind>& kinds) {
  lower_priority();
  Worker worker(pool_, kinds, options_.name + "/" + std::to_string(number), base::random_u64());
  base::Duration wait = kFirstWait;
  std::uint64_t seen = 0;
  while (!stopping_) {
    {
      const std::lock_guard lock(mutex_);
      seen = woken_;
    }
    const auto round = worker.round(base::wall_now(), [this] { return stopping_.load(); });
    note(round);
    if (round && round->done + round->failed + round->dead > 0) {
      wait = kFirstWait;
      continue;  // there may be more
    }
    std::unique_lock lock(mutex_);
    if (round) {
      wait = kFirstWait;
      changed_.wait_for(lock, options_.look, [&] { return stopping_ || woken_ != seen; });
    } else {
      changed_.wait_for(lock, wait, [this] { return stopping_.load(); });
      wait = std::min(wait * 2, options_.longest_wait);
    }
  }
}

}  // namespace frontdesk::jobs
