// What several machines share, for a machine alone: in memory, bounded, gone with the process.
#pragma once
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "cluster/ports.hpp"

namespace frontdesk::in_process {

inline constexpr std::size_t kMaxEntries = 100'000;  ///< of each kind; what would expire first goes first
inline constexpr std::size_t kMaxJobs = 100'000;     ///< of each queue; further ones are refused
inline constexpr std::size_t kMaxMessages = 10'000;  ///< published and not yet received

/// Entries that expire.
template <class Value>
class Expiring {
 public:
  Value* find(std::string_view key, base::Instant now);
  Value& put(std::string_view key, Value value, base::Instant until);
  base::Instant until(std::string_view key) const { return entries_.find(key)->second.until; }
  void extend(std::string_view key, base::Instant until);
  void erase(std::string_view key);

 private:
  struct Entry {
    Value value;
    base::Instant until;
  };
  std::map<std::string, Entry, std::less<>> entries_;
  std::multimap<base::Instant, std::string> order_;
};

class Cache final : public cluster::Cache {
 public:
  base::Status put(std::string_view key, std::string_view value, base::Duration lives) override;
  base::Result<std::optional<std::string>> get(std::string_view key) override;
  base::Result<std::optional<std::string>> take(std::string_view key) override;
  base::Status forget(std::string_view key) override;

 private:
  std::mutex mutex_;
  Expiring<std::string> entries_;
};

class Counters final : public cluster::Counters {
 public:
  base::Result<Count> add(std::string_view key, base::Duration window) override;
  base::Status reset(std::string_view key) override;

 private:
  std::mutex mutex_;
  Expiring<std::int64_t> entries_;
};

class FanOut final : public cluster::FanOut {
 public:
  FanOut();
  ~FanOut() override;
  bool publish(std::string_view channel, std::string message) override;
  void subscribe(std::string_view channel, Receive receive) override;
  bool connected() const override { return true; }

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::string, std::string>> messages_;
  std::multimap<std::string, Receive, std::less<>> receivers_;
  bool stopping_ = false;
  std::thread thread_;
};

class Jobs final : public cluster::Jobs {
 public:
  base::Status add(std::string_view queue, std::string_view payload) override;
  base::Result<std::vector<Job>> take(std::string_view queue, std::string_view worker, int most,
                                      base::Duration patience) override;
  base::Status done(std::string_view queue, const std::string& id) override;

 private:
  struct Waiting {
    std::string payload;
    std::optional<base::Instant> taken;
  };
  std::mutex mutex_;
  std::map<std::string, std::map<std::uint64_t, Waiting>, std::less<>> queues_;
  std::uint64_t last_id_ = 0;
};

class Leases final : public cluster::Leases {
 public:
  base::Result<std::optional<cluster::Lease>> acquire(std::string_view name, std::string_view holder,
                                                      base::Duration lives) override;
  base::Result<bool> renew(const cluster::Lease& lease, base::Duration lives) override;
  base::Status release(const cluster::Lease& lease) override;

 private:
  bool holds(const cluster::Lease& lease, base::Instant now);

  std::mutex mutex_;
  Expiring<cluster::Lease> leases_;
  std::uint64_t last_fence_ = 0;
};

}  // namespace frontdesk::in_process
