// What became of an order about a call, for whoever gave it: told by the call's thread, waited for by another.
#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace frontdesk::runtime {

class OrderAnswer {
 public:
  struct Outcome {
    bool over = false;    ///< the call is
    std::string refusal;  ///< why it does not fit the moment; empty: it was carried out
  };

  void give(Outcome outcome) {
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
    }
    given_.notify_all();
  }
  /// nullopt: the call has not come to it within this time, but will.
  std::optional<Outcome> wait(base::Duration limit) {
    std::unique_lock lock(mutex_);
    given_.wait_for(lock, limit, [this] { return outcome_.has_value(); });
    return outcome_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::optional<Outcome> outcome_;
};

}  // namespace frontdesk::runtime
