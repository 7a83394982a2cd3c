#include "cluster/in_process/in_process.hpp"

#include <pthread.h>

#include <algorithm>
#include <charconv>

#include "base/clock.hpp"

namespace frontdesk::in_process {

template <class Value>
Value* Expiring<Value>::find(std::string_view key, base::Instant now) {
  while (!order_.empty() && order_.begin()->first <= now) erase(std::string(order_.begin()->second));
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : &it->second.value;
}

template <class Value>
Value& Expiring<Value>::put(std::string_view key, Value value, base::Instant until) {
  erase(key);
  if (entries_.size() >= kMaxEntries) erase(std::string(order_.begin()->second));
  order_.emplace(until, key);
  return entries_.insert_or_assign(std::string(key), Entry{std::move(value), until}).first->second.value;
}

template <class Value>
void Expiring<Value>::extend(std::string_view key, base::Instant until) {
  put(key, Value(entries_.find(key)->second.value), until);
}

template <class Value>
void Expiring<Value>::erase(std::string_view key) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return;
  const auto [first, last] = order_.equal_range(it->second.until);
  order_.erase(std::find_if(first, last, [&](const auto& each) { return each.second == it->first; }));
  entries_.erase(it);
}

// --- cache

base::Status Cache::put(std::string_view key, std::string_view value, base::Duration lives) {
  const std::lock_guard lock(mutex_);
  const auto now = base::monotonic_now();
  (void)entries_.find(key, now);
  entries_.put(key, std::string(value), now + lives);
  return {};
}

base::Result<std::optional<std::string>> Cache::get(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto* value = entries_.find(key, base::monotonic_now());
  return value == nullptr ? std::nullopt : std::optional<std::string>(*value);
}

base::Result<std::optional<std::string>> Cache::take(std::string_view key) {
  const std::lock_guard lock(mutex_);
  auto* value = entries_.find(key, base::monotonic_now());
  if (value == nullptr) return std::nullopt;
  std::optional<std::string> taken(std::move(*value));
  entries_.erase(key);
  return taken;
}

base::Status Cache::forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(key);
  return {};
}

// --- counters

base::Result<Counters::Count> Counters::add(std::string_view key, base::Duration window) {
  const std::lock_guard lock(mutex_);
  const auto now = base::monotonic_now();
  auto* count = entries_.find(key, now);
  if (count == nullptr) count = &entries_.put(key, 0, now + window);
  return Count{++*count, entries_.until(key) - now};
}

base::Status Counters::reset(std::string_view key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(key);
  return {};
}

// --- fan-out

FanOut::FanOut() {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "fan-out");
}

FanOut::~FanOut() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool FanOut::publish(std::string_view channel, std::string message) {
  {
    const std::lock_guard lock(mutex_);
    if (messages_.size() >= kMaxMessages) return false;
    messages_.emplace_back(channel, std::move(message));
  }
  changed_.notify_all();
  return true;
}

void FanOut::subscribe(std::string_view channel, Receive receive) {
  const std::lock_guard lock(mutex_);
  receivers_.emplace(channel, std::move(receive));
}

void FanOut::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !messages_.empty(); });
    if (stopping_) return;
    const auto [channel, message] = std::move(messages_.front());
    messages_.pop_front();
    std::vector<Receive> receivers;
    const auto [first, last] = receivers_.equal_range(channel);
    for (auto it = first; it != last; ++it) receivers.push_back(it->second);
    lock.unlock();
    for (const auto& receive : receivers) receive(message);
    lock.lock();
  }
}

// --- jobs

base::Status Jobs::add(std::string_view queue, std::string_view payload) {
  const std::lock_guard lock(mutex_);
  auto& jobs = queues_[std::string(queue)];
  if (jobs.size() >= kMaxJobs)
    return base::fail(base::ErrorCode::resource_exhausted, "jobs", "too many jobs are waiting", base::Retry::later);
  jobs[++last_id_] = {std::string(payload), std::nullopt};
  return {};
}

base::Result<std::vector<Jobs::Job>> Jobs::take(std::string_view queue, std::string_view, int most,
                                                base::Duration patience) {
  const std::lock_guard lock(mutex_);
  const auto now = base::monotonic_now();
  std::vector<Job> taken;
  for (auto& [id, job] : queues_[std::string(queue)]) {
    if (taken.size() >= static_cast<std::size_t>(most)) break;
    if (job.taken && now - *job.taken < patience) continue;
    taken.push_back({std::to_string(id), job.payload, job.taken.has_value()});
    job.taken = now;
  }
  return taken;
}

base::Status Jobs::done(std::string_view queue, const std::string& id) {
  const std::lock_guard lock(mutex_);
  std::uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  if (const auto it = queues_.find(queue); it != queues_.end()) it->second.erase(number);
  return {};
}

// --- leases

base::Result<std::optional<cluster::Lease>> Leases::acquire(std::string_view name, std::string_view holder,
                                                            base::Duration lives) {
  const std::lock_guard lock(mutex_);
  const auto now = base::monotonic_now();
  if (leases_.find(name, now) != nullptr) return std::nullopt;
  const cluster::Lease lease{std::string(name), std::string(holder), ++last_fence_};
  leases_.put(name, lease, now + lives);
  return lease;
}

bool Leases::holds(const cluster::Lease& lease, base::Instant now) {
  const auto* held = leases_.find(lease.name, now);
  return held != nullptr && held->holder == lease.holder && held->fence == lease.fence;
}

base::Result<bool> Leases::renew(const cluster::Lease& lease, base::Duration lives) {
  const std::lock_guard lock(mutex_);
  const auto now = base::monotonic_now();
  if (!holds(lease, now)) return false;
  leases_.extend(lease.name, now + lives);
  return true;
}

base::Status Leases::release(const cluster::Lease& lease) {
  const std::lock_guard lock(mutex_);
  if (holds(lease, base::monotonic_now())) leases_.erase(lease.name);
  return {};
}

}  // namespace frontdesk::in_process
