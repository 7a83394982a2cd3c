// The one thread that computes bcrypt, at a low priority, so that a flood of sign-ins takes no time from calls. Its
// queue is short: who does not get in is refused at once and tries again; who got in waits for a bounded time.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "accounts/bcrypt/bcrypt.hpp"
#include "base/time.hpp"

namespace frontdesk::bcrypt {

inline constexpr std::size_t kQueue = 8;
inline constexpr base::Duration kLongestWait = base::seconds(15);

class HashWorker {
 public:
  explicit HashWorker(int cost = kCost);
  ~HashWorker();
  HashWorker(const HashWorker&) = delete;
  HashWorker& operator=(const HashWorker&) = delete;

  /// Blocks until done. resource_exhausted, later: the queue is full; deadline_exceeded: it took too long.
  base::Result<std::string> hash(const base::Secret& input);
  /// The same; an empty `hash`, of an account that does not exist, takes as long as any and matches nothing.
  base::Result<bool> matches(const base::Secret& input, const std::string& hash);
  /// It was made when hashes were cheaper.
  bool is_outdated(const std::string& hash) const { return cost_of(hash) < cost_; }

 private:
  base::Status run(std::function<void()> work);
  void loop();

  const int cost_;
  std::string dummy_;  ///< of nothing anybody could type
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace frontdesk::bcrypt
