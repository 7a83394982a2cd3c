#include "fallback/timer_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"

namespace frontdesk::fallback {
namespace {

using Key = std::pair<base::Instant, TimerId>;

std::chrono::steady_clock::time_point wake_time(base::Instant at) {
  // libstdc++'s steady_clock is CLOCK_MONOTONIC, as is base::Instant.
  return std::chrono::steady_clock::time_point(at.since_start);
}

}  // namespace

struct TimerThread::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<Key, std::function<void()>> tasks;
  std::map<TimerId, base::Instant> times;
  TimerId last = 0;
  bool stopping = false;
  std::thread thread;

  void loop();
};

void TimerThread::State::loop() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    if (tasks.empty()) {
      changed.wait(lock);
      continue;
    }
    const auto first = tasks.begin();
    if (first->first.first > base::monotonic_now()) {
      changed.wait_until(lock, wake_time(first->first.first));
      continue;
    }
    auto task = std::move(first->second);
    times.erase(first->first.second);
    tasks.erase(first);
    lock.unlock();
    task();
    task = nullptr;  // what it holds may have a destructor that takes locks
    lock.lock();
  }
}

TimerThread::TimerThread() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get()] { state->loop(); });
}

TimerThread::~TimerThread() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

base::Instant TimerThread::now() const {
  return base::monotonic_now();
}

TimerId TimerThread::at(base::Instant at, std::function<void()> task) {
  const std::lock_guard lock(state_->mutex);
  if (state_->tasks.size() >= kMaxTimers || state_->stopping) return 0;
  const auto id = ++state_->last;
  const bool earliest = state_->tasks.empty() || at < state_->tasks.begin()->first.first;
  state_->tasks.emplace(Key{at, id}, std::move(task));
  state_->times.emplace(id, at);
  if (earliest) state_->changed.notify_all();
  return id;
}

void TimerThread::cancel(TimerId id) {
  std::function<void()> task;  // destroyed after the lock
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->times.find(id);
  if (found == state_->times.end()) return;
  const auto place = state_->tasks.find({found->second, id});
  task = std::move(place->second);
  state_->tasks.erase(place);
  state_->times.erase(found);
}

}  // namespace frontdesk::fallback
