// Fan-out by Redis's publish and subscribe: one thread, two connections. What is published while Redis is away waits,
// the newest kMostWaiting messages of it.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "cluster/ports.hpp"
#include "cluster/redis/client.hpp"

namespace frontdesk::redis {

inline constexpr std::size_t kMostWaiting = 2'000;

class FanOut final : public cluster::FanOut {
 public:
  FanOut(Address address, std::string prefix);
  ~FanOut() override;
  bool publish(std::string_view channel, std::string message) override;
  void subscribe(std::string_view channel, Receive receive) override;
  bool connected() const override { return connected_; }

 private:
  void loop();
  void connect(base::Instant now);
  void drop();
  bool send_waiting(base::Instant deadline);
  bool subscribe_new(base::Instant deadline);
  bool receive_all();
  void hand_over(const Reply& reply);
  void wait() const;

  const Address address_;
  const std::string prefix_;
  int wake_ = -1;
  std::unique_ptr<Connection> out_, in_;  ///< its thread's
  Backoff backoff_;
  std::size_t subscribed_ = 0;  ///< of channels_, on in_
  std::mutex mutex_;
  std::deque<std::pair<std::string, std::string>> waiting_;
  std::vector<std::string> channels_;
  std::multimap<std::string, Receive, std::less<>> receivers_;
  std::atomic<bool> connected_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace frontdesk::redis
