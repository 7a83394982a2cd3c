#include "inference/worker_pool.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/assert.hpp"
#include "base/clock.hpp"

namespace frontdesk::inference {
namespace {

constexpr int kMeanOver = 16;  // tasks, of the exponential means
constexpr auto kIdleWait = std::chrono::seconds(1);

struct Order {
  base::Instant deadline;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const Order&, const Order&) = default;
};

struct Queued {
  base::Instant since;
  Task task;
};

base::Duration moved_towards(base::Duration mean, base::Duration sample) {
  return mean + (sample - mean) / kMeanOver;
}

}  // namespace

struct WorkerPool::State {
  WorkerPoolOptions options;
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::map<Order, Queued> queue;
  std::uint64_t next_sequence = 0;
  WorkerPoolStats stats;
  bool stopping = false;
  std::vector<std::thread> threads;

  void work();
  void run_first(std::unique_lock<std::mutex>& lock);
  base::Duration expected_wait(base::Instant deadline) const;
};

void WorkerPool::State::work() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    wake.wait_for(lock, kIdleWait, [this] { return stopping || !queue.empty(); });
    if (!stopping && !queue.empty()) run_first(lock);
  }
}

void WorkerPool::State::run_first(std::unique_lock<std::mutex>& lock) {
  auto first = queue.extract(queue.begin());
  const auto started = options.clock();
  const auto wait = started - first.mapped().since;
  ++stats.busy;
  stats.mean_wait = moved_towards(stats.mean_wait, wait);
  stats.longest_wait = std::max(stats.longest_wait, wait);
  if (started > first.key().deadline) ++stats.late;
  lock.unlock();

  bool threw = false;
  try {
    first.mapped().task();
  } catch (...) {
    threw = true;
  }
  first.mapped().task = Task();  // what it captured is destroyed outside the lock

  lock.lock();
  const auto run = options.clock() - started;
  --stats.busy;
  ++stats.completed;
  stats.failed += threw ? 1 : 0;
  stats.mean_run = stats.completed == 1 ? run : moved_towards(stats.mean_run, run);
  stats.longest_run = std::max(stats.longest_run, run);
}

base::Duration WorkerPool::State::expected_wait(base::Instant deadline) const {
  std::int64_t ahead = 0;
  for (auto at = queue.begin(); at != queue.end() && at->first.deadline <= deadline; ++at) ++ahead;
  const auto workers = static_cast<std::int64_t>(options.threads);
  const auto busy = static_cast<std::int64_t>(stats.busy);
  if (ahead + busy < workers) return base::Duration{0};
  // The tasks ahead, and half of a run for those already under way.
  return stats.mean_run * (2 * ahead + busy) / (2 * workers);
}

WorkerPool::WorkerPool(const WorkerPoolOptions& options) : state_(std::make_unique<State>()) {
  FRONTDESK_ASSERT(options.threads > 0 && options.queue_capacity > 0);
  state_->options = options;
  if (!state_->options.clock) state_->options.clock = base::monotonic_now;
  for (std::size_t i = 0; i < options.threads; ++i) state_->threads.emplace_back([this] { state_->work(); });
}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(base::Instant deadline, Task task) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping || state_->queue.size() >= state_->options.queue_capacity) {
      ++state_->stats.rejected;
      return false;
    }
    state_->queue.emplace(Order{deadline, state_->next_sequence++}, Queued{state_->options.clock(), std::move(task)});
  }
  state_->wake.notify_one();
  return true;
}

bool WorkerPool::has_idle_worker() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.size() + state_->stats.busy < state_->options.threads;
}

bool WorkerPool::more_urgent_waiting(base::Instant deadline) const {
  const std::lock_guard lock(state_->mutex);
  return !state_->queue.empty() && state_->queue.begin()->first.deadline < deadline;
}

base::Duration WorkerPool::expected_wait(base::Instant deadline) const {
  const std::lock_guard lock(state_->mutex);
  return state_->expected_wait(deadline);
}

WorkerPoolStats WorkerPool::stats() const {
  const std::lock_guard lock(state_->mutex);
  auto result = state_->stats;
  result.queued = state_->queue.size();
  const auto now = state_->options.clock();
  for (const auto& [order, queued] : state_->queue)
    result.oldest_wait = std::max(result.oldest_wait, now - queued.since);
  return result;
}

void WorkerPool::stop() {
  std::map<Order, Queued> dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    dropped.swap(state_->queue);
  }
  state_->wake.notify_all();
  for (auto& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace frontdesk::inference
