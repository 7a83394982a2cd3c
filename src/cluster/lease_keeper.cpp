#include "cluster/lease_keeper.hpp"

#include <pthread.h>

namespace frontdesk::cluster {

LeaseKeeper::LeaseKeeper(std::shared_ptr<Leases> leases, Options options)
    : leases_(std::move(leases)), options_(std::move(options)) {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "lease keeper");
}

LeaseKeeper::~LeaseKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
  for (const auto& [name, lease] : held_) (void)leases_->release(lease);
}

void LeaseKeeper::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    for (const auto& name : options_.names) look_after(name);
    lock.lock();
    stop_.wait_for(lock, options_.lives / 3, [this] { return stopping_; });
  }
}

void LeaseKeeper::look_after(const std::string& name) {
  if (const auto held = held_.find(name); held != held_.end()) {
    const auto kept = leases_->renew(held->second, options_.lives);
    if (!kept || *kept) return;
    held_.erase(held);
    // Nobody may have it: a Redis that comes back empty. Then it is ours again, and the line need not blink.
    auto again = leases_->acquire(options_.kind + ":" + name, options_.machine, options_.lives);
    if (again && *again) {
      held_[name] = std::move(**again);
      return;
    }
    return options_.give_up(name);
  }
  auto lease = leases_->acquire(options_.kind + ":" + name, options_.machine, options_.lives);
  if (!lease || !*lease) return;
  held_[name] = std::move(**lease);
  options_.take(name);
}

}  // namespace frontdesk::cluster
