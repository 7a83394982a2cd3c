#include "cluster/redis/fan_out.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/clock.hpp"

namespace frontdesk::redis {
namespace {

constexpr int kLongestWaitMs = 1000;

void signal(int descriptor) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
}

}  // namespace

FanOut::FanOut(Address address, std::string prefix)
    : address_(std::move(address)), prefix_(std::move(prefix)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  FRONTDESK_ASSERT(wake_ >= 0);
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "redis fan-out");
}

FanOut::~FanOut() {
  stopping_ = true;
  signal(wake_);
  thread_.join();
  ::close(wake_);
}

bool FanOut::publish(std::string_view channel, std::string message) {
  bool kept = true;
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(prefix_ + ":" + std::string(channel), std::move(message));
    if (waiting_.size() > kMostWaiting) {
      waiting_.pop_front();
      kept = false;
    }
  }
  signal(wake_);
  return kept;
}

void FanOut::subscribe(std::string_view channel, Receive receive) {
  const auto name = prefix_ + ":" + std::string(channel);
  {
    const std::lock_guard lock(mutex_);
    receivers_.emplace(name, std::move(receive));
    if (std::find(channels_.begin(), channels_.end(), name) == channels_.end()) channels_.push_back(name);
  }
  signal(wake_);
}

void FanOut::loop() {
  while (!stopping_) {
    const auto now = base::monotonic_now();
    if (!connected_ && backoff_.due(now)) connect(now);
    if (connected_) {
      const auto deadline = now + kCommandLimit;
      const bool alive = subscribe_new(deadline) && receive_all() && send_waiting(deadline);
      if (!alive) drop();
    }
    wait();
  }
}

void FanOut::connect(base::Instant now) {
  const auto deadline = now + kCommandLimit;
  auto out = Connection::open(address_, deadline);
  auto in = out ? Connection::open(address_, deadline) : std::move(out);
  if (!out || !in) return backoff_.failed(base::monotonic_now());
  out_ = std::move(*out);
  in_ = std::move(*in);
  subscribed_ = 0;
  connected_ = true;
  backoff_.worked();
}

void FanOut::drop() {
  connected_ = false;
  out_.reset();
  in_.reset();
  backoff_.failed(base::monotonic_now());
}

bool FanOut::subscribe_new(base::Instant deadline) {
  std::vector<std::string> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.assign(channels_.begin() + static_cast<std::ptrdiff_t>(subscribed_), channels_.end());
  }
  for (const auto& channel : fresh)
    if (!in_->send({"SUBSCRIBE", channel}, deadline)) return false;
  subscribed_ += fresh.size();
  return true;
}

bool FanOut::send_waiting(base::Instant deadline) {
  while (!stopping_) {
    std::pair<std::string, std::string> next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) return true;
      next = waiting_.front();
    }
    const auto reply = out_->ask({"PUBLISH", next.first, next.second}, deadline);
    if (!reply && reply.error().code != base::ErrorCode::failed_precondition) return false;
    const std::lock_guard lock(mutex_);
    // It may be that it was dropped meanwhile, as the oldest of too many.
    if (!waiting_.empty() && waiting_.front() == next) waiting_.pop_front();
  }
  return true;
}

bool FanOut::receive_all() {
  while (!stopping_) {
    const auto reply = in_->receive(base::monotonic_now() - base::milliseconds(1));
    if (!reply) return reply.error().code == base::ErrorCode::deadline_exceeded;
    hand_over(*reply);
  }
  return true;
}

void FanOut::hand_over(const Reply& reply) {
  if (reply.elements.size() != 3 || reply.elements[0].text != "message") return;
  std::vector<Receive> receivers;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = receivers_.equal_range(reply.elements[1].text);
    for (auto it = first; it != last; ++it) receivers.push_back(it->second);
  }
  for (const auto& receive : receivers) receive(reply.elements[2].text);
}

/// For a message, something to publish, the connection's end, or the next try.
void FanOut::wait() const {
  std::array<pollfd, 3> watched{pollfd{wake_, POLLIN, 0}, pollfd{in_ ? in_->descriptor() : -1, POLLIN, 0},
                                pollfd{out_ ? out_->descriptor() : -1, POLLIN, 0}};
  const auto left = connected_ ? kLongestWaitMs : base::to_ms(backoff_.next() - base::monotonic_now()) + 1;
  ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongestWaitMs)));
  std::uint64_t count = 0;
  while (::read(wake_, &count, sizeof count) > 0) {
  }
}

}  // namespace frontdesk::redis
