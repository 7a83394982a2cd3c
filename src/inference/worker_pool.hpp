// The threads that run neural models. Work waits in one bounded queue, earliest deadline first, so
// that a final transcript overtakes partials and the first sentence overtakes the second.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.hpp"
#include "inference/task.hpp"

namespace frontdesk::inference {

struct WorkerPoolOptions {
  std::size_t threads = 1;
  std::size_t queue_capacity = 256;
  /// For tests of time; base::monotonic_now otherwise.
  std::function<base::Instant()> clock;
};

struct WorkerPoolStats {
  std::size_t queued = 0;
  std::size_t busy = 0;  ///< workers running a task
  std::uint64_t completed = 0;
  std::uint64_t rejected = 0;     ///< submit() returned false
  std::uint64_t failed = 0;       ///< the task threw
  std::uint64_t late = 0;         ///< started after their deadline
  base::Duration oldest_wait{0};  ///< of the tasks queued now
  base::Duration mean_wait{0};    ///< exponential mean over about 16 tasks
  base::Duration mean_run{0};     ///< likewise
  base::Duration longest_wait{0};
  base::Duration longest_run{0};
};

class WorkerPool {
 public:
  explicit WorkerPool(const WorkerPoolOptions& options);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full or the pool is stopped: the task is destroyed without being run.
  /// Tasks with the same deadline run in the order of submission.
  [[nodiscard]] bool submit(base::Instant deadline, Task task);

  /// True if a task submitted now would start at once.
  bool has_idle_worker() const;

  /// True if a queued task has an earlier deadline: work that can be given up (a partial) should be.
  bool more_urgent_waiting(base::Instant deadline) const;

  /// How long a task with this deadline would probably wait, from what is queued and recent run times.
  base::Duration expected_wait(base::Instant deadline) const;

  WorkerPoolStats stats() const;

  /// Running tasks are finished, queued ones destroyed without being run. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::inference
