// The events of a session between two drains: bounded, allocated once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "media/events.hpp"

namespace frontdesk::media {

/// The time that samples at 8 kHz take.
constexpr base::Duration time_of_samples(std::uint64_t samples) {
  return base::microseconds(125) * static_cast<std::int64_t>(samples);
}

class EventQueue {
 public:
  explicit EventQueue(std::size_t capacity) : capacity_(capacity) { events_.reserve(capacity); }

  /// Dropped and counted when full.
  void push(const MediaEvent& event) {
    if (events_.size() < capacity_) {
      events_.push_back(event);
    } else {
      ++lost_;
    }
  }
  void drain(std::vector<MediaEvent>& out) {
    out.insert(out.end(), events_.begin(), events_.end());
    events_.clear();
  }
  std::uint64_t lost() const { return lost_; }

 private:
  std::size_t capacity_;
  std::vector<MediaEvent> events_;
  std::uint64_t lost_ = 0;
};

}  // namespace frontdesk::media
