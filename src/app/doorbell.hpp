// Tells whoever does what waits that there is something to do. Those who ring it are there before and after those who
// hear it.
#pragma once
#include <functional>
#include <mutex>

namespace frontdesk::app {

class Doorbell {
 public:
  /// Empty: nobody hears it. When it returns, the one before is not called any more.
  void answer(std::function<void()> with) {
    const std::lock_guard lock(mutex_);
    with_ = std::move(with);
  }
  void ring() {
    const std::lock_guard lock(mutex_);
    if (with_) with_();
  }

 private:
  std::mutex mutex_;
  std::function<void()> with_;
};

}  // namespace frontdesk::app
