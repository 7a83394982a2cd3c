// Names of STUN and TURN servers are resolved again and again: their addresses change, and a name service that was
// away at the start comes back.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "app/in_force.hpp"
#include "runtime/call_policy.hpp"

namespace frontdesk::app {

class OutsideWatch {
 public:
  /// `tell` is called on a thread of its own, every few minutes. `config` must outlive this.
  OutsideWatch(const InForce& config, std::function<void(runtime::OutsideServers)> tell);
  ~OutsideWatch();  ///< waits for a resolution under way
  OutsideWatch(const OutsideWatch&) = delete;
  OutsideWatch& operator=(const OutsideWatch&) = delete;

 private:
  void run();

  const InForce& config_;
  const std::function<void(runtime::OutsideServers)> tell_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace frontdesk::app
