#include "cluster/lease_keeper.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace frontdesk::cluster {

LeaseKeeper::LeaseKeeper(std::shared_ptr<Leases> leases, Options options)
    : leases_(std::move(leases)), options_(std::move(options)), names_(options_.names) {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "lease keeper");
}

LeaseKeeper::~LeaseKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  for (const auto& [name, lease] : held_) (void)leases_->release(lease);
}

void LeaseKeeper::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto names = names_;
    const auto renewed = std::exchange(renewed_, {});
    changed_ = false;
    lock.unlock();
    give_up_all_but(names);
    for (const auto& name : names) tend(name, renewed.contains(name));
    lock.lock();
    wake_.wait_for(lock, options_.lives / 3, [this] { return stopping_ || changed_; });
  }
}

void LeaseKeeper::look_after(std::vector<std::string> names, const std::vector<std::string>& renewed) {
  {
    const std::lock_guard lock(mutex_);
    names_ = std::move(names);
    renewed_.insert(renewed.begin(), renewed.end());
    changed_ = true;
  }
  wake_.notify_all();
}

void LeaseKeeper::give_up_all_but(const std::vector<std::string>& names) {
  for (auto held = held_.begin(); held != held_.end();) {
    if (std::find(names.begin(), names.end(), held->first) != names.end()) {
      ++held;
      continue;
    }
    options_.give_up(held->first);  // first: nobody else may take it before
    (void)leases_->release(held->second);
    held = held_.erase(held);
  }
}

void LeaseKeeper::tend(const std::string& name, bool renewed) {
  if (const auto held = held_.find(name); held != held_.end()) {
    const auto kept = leases_->renew(held->second, options_.lives);
    if (!kept || *kept) {
      if (renewed) options_.take(name);
      return;
    }
    held_.erase(held);
    // Nobody may have it: a Redis that comes back empty. Then it is ours again, and the line need not blink.
    auto again = leases_->acquire(options_.kind + ":" + name, options_.machine, options_.lives);
    if (again && *again) {
      held_[name] = std::move(**again);
      if (renewed) options_.take(name);
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
