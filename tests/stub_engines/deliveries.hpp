// The requests of one stub engine that are still to be answered: events at their times, none after cancel().
#pragma once
#include <map>
#include <memory>
#include <mutex>

#include "base/ids.hpp"
#include "fallback/timer.hpp"
#include "inference/guarded_sink.hpp"

namespace frontdesk::stub_engines {

template <class Sink>
class Deliveries {
 public:
  explicit Deliveries(fallback::Timer& timer) : timer_(timer) {}

  void open(base::RequestId id, Sink& sink) {
    const std::lock_guard lock(mutex_);
    sinks_[id] = std::make_shared<inference::GuardedSink<Sink>>(sink);
  }
  /// Calls `deliver(sink)` after `delay` unless the request has been closed by then.
  template <class Deliver>
  void later(base::RequestId id, base::Duration delay, Deliver deliver) {
    const auto sink = find(id);
    if (sink == nullptr) return;
    const std::weak_ptr<inference::GuardedSink<Sink>> weak = sink;
    const auto taken = timer_.at(timer_.now() + delay, [weak, deliver] {
      if (const auto alive = weak.lock()) alive->with(deliver);
    });
    if (taken == 0) close(id);  // as if it hung: the timer is full
  }
  void close(base::RequestId id) {
    std::shared_ptr<inference::GuardedSink<Sink>> sink;
    {
      const std::lock_guard lock(mutex_);
      const auto found = sinks_.find(id);
      if (found == sinks_.end()) return;
      sink = std::move(found->second);
      sinks_.erase(found);
    }
    sink->close();
  }

 private:
  std::shared_ptr<inference::GuardedSink<Sink>> find(base::RequestId id) {
    const std::lock_guard lock(mutex_);
    const auto found = sinks_.find(id);
    return found == sinks_.end() ? nullptr : found->second;
  }

  fallback::Timer& timer_;
  std::mutex mutex_;
  std::map<base::RequestId, std::shared_ptr<inference::GuardedSink<Sink>>> sinks_;
};

}  // namespace frontdesk::stub_engines
