// A timer whose time the test moves.
#pragma once
#include <map>

#include "fallback/timer.hpp"

namespace frontdesk::fallback {

class ManualTimer final : public Timer {
 public:
  base::Instant now() const override { return now_; }
  TimerId at(base::Instant at, std::function<void()> task) override {
    if (waiting.size() >= capacity) return 0;
    waiting.emplace(std::pair{std::max(at, now_), ++last_}, std::move(task));
    return last_;
  }
  void cancel(TimerId id) override {
    std::erase_if(waiting, [id](const auto& entry) { return entry.first.second == id; });
  }

  void advance(base::Duration by) { advance_to(now_ + by); }
  /// Runs what falls due, in order, at its time.
  void advance_to(base::Instant until) {
    while (!waiting.empty() && waiting.begin()->first.first <= until) run_first();
    now_ = until;
  }
  /// False when nothing waits.
  bool run_first() {
    if (waiting.empty()) return false;
    auto first = waiting.extract(waiting.begin());
    now_ = first.key().first;
    first.mapped()();
    return true;
  }

  std::map<std::pair<base::Instant, TimerId>, std::function<void()>> waiting;
  std::size_t capacity = 1 << 20;

 private:
  base::Instant now_{base::seconds(1000)};
  TimerId last_ = 0;
};

}  // namespace frontdesk::fallback
