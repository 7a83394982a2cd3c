// Keeps the promise of the engine ports that nothing is delivered after cancel() or close() has
// returned: delivery and closing exclude each other. A sink may close itself from inside a delivery.
#pragma once
#include <mutex>

namespace frontdesk::inference {

template <class Sink>
class GuardedSink {
 public:
  explicit GuardedSink(Sink& sink) : sink_(&sink) {}

  /// False if closed: `deliver` was not called.
  template <class Deliver>
  bool with(Deliver&& deliver) {
    const std::lock_guard lock(mutex_);
    if (sink_ == nullptr) return false;
    deliver(*sink_);
    return true;
  }

  /// Waits for a delivery in progress on another thread.
  void close() {
    const std::lock_guard lock(mutex_);
    sink_ = nullptr;
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return sink_ == nullptr;
  }

 private:
  mutable std::recursive_mutex mutex_;
  Sink* sink_;
};

}  // namespace frontdesk::inference
