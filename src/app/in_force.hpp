// The configuration in force: replaced while calls go on, read from any thread.
#pragma once
#include <memory>
#include <mutex>
#include <utility>

#include "config/config.hpp"

namespace frontdesk::app {

class InForce {
 public:
  explicit InForce(std::shared_ptr<const config::Config> config) : config_(std::move(config)) {}
  std::shared_ptr<const config::Config> get() const {
    const std::lock_guard lock(mutex_);
    return config_;
  }
  void set(std::shared_ptr<const config::Config> config) {
    const std::lock_guard lock(mutex_);
    config_.swap(config);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const config::Config> config_;
};

}  // namespace frontdesk::app
