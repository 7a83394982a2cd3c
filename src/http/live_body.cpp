#include "http/live_body.hpp"

#include <utility>

namespace frontdesk::http {

bool LiveBody::push(std::string piece) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + piece.size() > kMaxWaiting) abandoned_ = true;
  if (abandoned_ || finished_) return false;
  waiting_ += piece;
  if (wake_) wake_();
  return true;
}

void LiveBody::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  if (wake_) wake_();
}

bool LiveBody::abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_;
}

LiveBody::Taken LiveBody::take() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(waiting_, {}), finished_};
}

void LiveBody::on_change(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void LiveBody::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
}

}  // namespace frontdesk::http
