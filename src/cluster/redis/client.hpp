// A connection to Redis that comes back: commands of many threads, one after the other. While Redis is away they fail
// at once, but for one try after each pause, which grows to kLongestPause.
#pragma once
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "cluster/ports.hpp"
#include "cluster/redis/connection.hpp"

namespace frontdesk::redis {

inline constexpr base::Duration kCommandLimit = base::milliseconds(800);
inline constexpr base::Duration kFirstPause = base::milliseconds(100);
inline constexpr base::Duration kLongestPause = base::seconds(5);

/// When to try again.
class Backoff {
 public:
  bool due(base::Instant now) const { return now >= next_; }
  base::Instant next() const { return next_; }
  void failed(base::Instant now);
  void worked() { pause_ = kFirstPause, next_ = {}; }

 private:
  base::Duration pause_ = kFirstPause;
  base::Instant next_{};
};

class Client {
 public:
  explicit Client(Address address) : address_(std::move(address)) {}
  base::Result<Reply> ask(const std::vector<std::string_view>& command);

 private:
  base::Result<Reply> try_once(const std::vector<std::string_view>& command, base::Instant deadline);

  const Address address_;
  std::timed_mutex mutex_;
  std::unique_ptr<Connection> connection_;
  Backoff backoff_;
};

}  // namespace frontdesk::redis
