// The threads that carry out jobs, at a low priority. While the database is away they wait, longer each time, and say
// so once.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "jobs/worker.hpp"

namespace frontdesk::jobs {

struct RunnerOptions {
  std::string name;  ///< of this machine or process, in the rows it has taken
  int threads = 1;
  base::Duration look = base::seconds(5);  ///< for what is due although nobody called wake()
  base::Duration longest_wait = base::seconds(30);
};

class Runner {
 public:
  /// `pool` must outlive it, and have a connection for each thread.
  Runner(store::Pool& pool, std::vector<Kind> kinds, RunnerOptions options);
  ~Runner();  ///< as soon as what is under way returns
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Something may be due now. Any thread.
  void wake();

  struct Counts {
    std::uint64_t done = 0, failed = 0, dead = 0;
    std::uint64_t outages = 0;  ///< of the database
    bool away = false;
  };
  Counts counts() const;

 private:
  void run(int number, const std::vector<Kind>& kinds);
  void note(const base::Result<Worker::Round>& round);

  store::Pool& pool_;
  const RunnerOptions options_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t woken_ = 0;
  Counts counts_;
  std::vector<std::thread> threads_;
};

}  // namespace frontdesk::jobs
