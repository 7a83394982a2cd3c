#include "app/outside_watch.hpp"

#include <chrono>

#include "app/public_address.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kResolveEvery = std::chrono::minutes(5);

}  // namespace

OutsideWatch::OutsideWatch(const InForce& config, std::function<void(runtime::OutsideServers)> tell)
    : config_(config), tell_(std::move(tell)), thread_([this] { run(); }) {}

OutsideWatch::~OutsideWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void OutsideWatch::run() {
  std::unique_lock lock(mutex_);
  while (!woken_.wait_for(lock, kResolveEvery, [this] { return stopping_; })) {
    const auto config = config_.get();
    if (!named_servers(config->server)) continue;
    lock.unlock();
    tell_(outside_servers(config->server));
    lock.lock();
  }
}

}  // namespace frontdesk::app
