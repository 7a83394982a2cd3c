#include "app/settings_watch.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace frontdesk::app {

SettingsWatch::SettingsWatch(Work work) : work_(std::move(work)) {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "settings watch");
}

SettingsWatch::~SettingsWatch() {
  stop();
}

void SettingsWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SettingsWatch::look_soon() {
  {
    const std::lock_guard lock(mutex_);
    look_ = true;
  }
  wake_.notify_all();
}

void SettingsWatch::line_is(const std::string& line, const std::string& state) {
  {
    const std::lock_guard lock(mutex_);
    states_[line] = state;
    write_ = true;
  }
  wake_.notify_all();
}

void SettingsWatch::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool told = wake_.wait_for(lock, work_.every, [this] { return stopping_ || look_ || write_; });
    if (stopping_) return;
    const bool look = std::exchange(look_, false) || !told;
    write_ = false;
    auto states = std::exchange(states_, {});
    lock.unlock();
    if (!states.empty()) write(std::move(states));
    if (look && work_.look)
      if (auto looked = work_.look(); !looked)
        spdlog::warn("what was saved elsewhere is not in force yet: {}", looked.error().message);
    lock.lock();
  }
}

/// What cannot be written now is written at the next turn, unless something newer came.
void SettingsWatch::write(States states) {
  const auto written = work_.write(states);
  if (written) return;
  spdlog::warn("the lines' state is not written down yet: {}", written.error().message);
  const std::lock_guard lock(mutex_);
  states_.merge(states);
}

}  // namespace frontdesk::app
