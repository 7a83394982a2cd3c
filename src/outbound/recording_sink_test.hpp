// A sink for tests that writes down what it hears and can be waited for.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "outbound/client.hpp"

namespace frontdesk::outbound {

class RecordingSink : public Sink {
 public:
  void head(base::RequestId /*id*/, const Head& head) override {
    const std::lock_guard lock(mutex_);
    head_ = head;
    ++heads_;
    changed_.notify_all();
  }
  Flow body(base::RequestId /*id*/, std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    body_ += bytes;
    ++pieces_;
    changed_.notify_all();
    return pausing_ ? Flow::pause : Flow::more;
  }
  void end(base::RequestId /*id*/, const Ending& ending) override {
    const std::lock_guard lock(mutex_);
    ending_ = ending;
    ++ends_;
    changed_.notify_all();
  }

  /// False after 10 s.
  bool wait(const std::function<bool(const RecordingSink&)>& until) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return until(*this); });
  }
  const Ending& await_end() {
    EXPECT_TRUE(wait([](const auto& self) { return self.ends_ > 0; })) << "no end";
    const std::lock_guard lock(mutex_);
    return ending_;
  }
  /// What it failed with; a success fails the test.
  base::Error await_error() {
    const auto& ending = await_end();
    EXPECT_FALSE(ending.status);
    return ending.status ? base::Error{} : ending.status.error();
  }
  void pause(bool on) {
    const std::lock_guard lock(mutex_);
    pausing_ = on;
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return body_.size();
  }

  // Under the mutex, or after the end.
  Head head_;
  std::string body_;
  Ending ending_;
  int heads_ = 0, pieces_ = 0, ends_ = 0;
  bool pausing_ = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Of loopback, which a test needs.
inline ClientOptions loopback_options() {
  ClientOptions options;
  options.policy.allowed.push_back(*address_guard::parse_allowed("127.0.0.0/8"));
  return options;
}

}  // namespace frontdesk::outbound
