// A bounded queue of values between threads: many producers, one consumer. It is the only way
// threads speak to each other. A full mailbox refuses (and counts) rather than grows.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "base/inheriting_mutex.hpp"

namespace frontdesk::base {

template <class T>
class Mailbox {
 public:
  /// `wake` is called, on the producer's thread, when the mailbox stops being empty.
  /// `reserve` is room beyond the capacity for push_vital().
  Mailbox(std::size_t capacity, std::function<void()> wake, std::size_t reserve = 0)
      : capacity_(capacity), reserve_(reserve), wake_(std::move(wake)) {}

  /// False if the mailbox is full: the value is dropped and counted.
  [[nodiscard]] bool push(T value) { return push_below(capacity_, std::move(value)); }
  /// For what must not be lost because others fill the mailbox: false only when the reserve is full, too.
  [[nodiscard]] bool push_vital(T value) { return push_below(capacity_ + reserve_, std::move(value)); }

  /// Everything queued so far, in order; `out` is replaced.
  void drain(std::vector<T>& out) {
    out.clear();
    const std::lock_guard lock(mutex_);
    out.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
    queue_.clear();
  }

  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  bool push_below(std::size_t limit, T value) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.size() >= limit) {
        refused_.fetch_add(1, std::memory_order_relaxed);
        return false;
      }
      was_empty = queue_.empty();
      queue_.push_back(std::move(value));
    }
    if (was_empty && wake_) wake_();
    return true;
  }

  const std::size_t capacity_;
  const std::size_t reserve_;
  std::function<void()> wake_;
  InheritingMutex mutex_;
  std::deque<T> queue_;
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace frontdesk::base
